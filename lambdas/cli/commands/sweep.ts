import { defineCommand } from '#cli/command.ts';

export const sweepCommand = defineCommand({
  help: [['sweep', 'take up whatever waits and is due: interrupted runs, failed documents, mails']],
  words: {},
  options: {},
  async run(_, { program, print }) {
    const taken = await program.sweep();
    print(taken === 0 ? 'Nothing is due.' : `${taken} taken up.`, { taken });
    return 0;
  },
});
