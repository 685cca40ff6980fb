import type { Command } from '#cli/command.ts';

export const sweepCommand: Command = {
  help: [['sweep', 'take up whatever waits and is due: interrupted runs, failed documents, mails']],
  options: {},
  async run(_, { local, print }) {
    const taken = await local.sweep();
    print(taken === 0 ? 'Nothing is due.' : `${taken} taken up.`, { taken });
    return 0;
  },
};
