import { refuse } from '#core/errors.ts';
import type { Command } from '../command.ts';

export const testMailCommand: Command = {
  help: [['test-mail ADDRESS', 'send one test mail and show the conversation with the server']],
  options: {},
  async run({ words: [address] }, { local, print }) {
    if (!address) refuse('Say where to: test-mail ADDRESS.');
    const report = await local.testMail(address);
    print([...report.conversation, '', report.summary].join('\n'), report);
    return report.outcome.state === 'accepted' ? 0 : 1;
  },
};
