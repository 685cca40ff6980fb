import type { Command } from '#cli/command.ts';
import { table } from '#cli/report-text.ts';
import { refuse } from '#core/errors.ts';
import { liftSuppression } from '#core/mailing/lift-suppression.ts';
import { listSuppressions } from '#core/repositories/suppressions.ts';

export const suppressedCommand: Command = {
  help: [
    ['suppressed', 'addresses that bounced for good or complained: nothing is sent there'],
    ['suppressed lift ADDRESS', 'the mailbox is well again: mails may go there'],
  ],
  options: {},
  async run({ words: [verb, address] }, { program, print }) {
    if (verb === undefined) {
      const suppressed = (await listSuppressions(program.table)).map(({ value }) => value);
      const rows = suppressed.map((one) => [one.address, one.since.slice(0, 10), one.mail, one.reason]);
      print(table(['Address', 'Since', 'Mail', 'Reason'], rows).join('\n'), { suppressed });
      return 0;
    }
    if (verb !== 'lift' || !address) refuse('Say which address: suppressed lift ADDRESS.');
    await liftSuppression(address, program);
    print(`${address} gets mails again. Mail its invoices again with reprint --output pdf.`, { address });
    return 0;
  },
};
