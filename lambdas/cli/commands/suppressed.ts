import { z } from 'zod';
import { defineCommand } from '#cli/command.ts';
import { table } from '#cli/report-text.ts';
import { mailAddress } from '#core/domain/mail-address.ts';
import { refuse } from '#core/errors.ts';
import { liftSuppression } from '#core/mailing/lift-suppression.ts';
import { listSuppressions } from '#core/repositories/suppressions.ts';

export const suppressedCommand = defineCommand({
  help: [
    ['suppressed', 'addresses that bounced for good or complained: nothing is sent there'],
    ['suppressed lift ADDRESS', 'the mailbox is well again: mails may go there'],
  ],
  words: {
    verb: {
      schema: z.enum(['lift']),
      shown: 'VERB',
      does: 'lift: mails may go to ADDRESS again; without it, the addresses are listed',
    },
    address: { schema: mailAddress, shown: 'ADDRESS', does: 'the mailbox that is well again' },
  },
  options: {},
  async run({ words: { verb, address } }, { program, print }) {
    if (verb === undefined) {
      const suppressed = (await listSuppressions(program.table)).map(({ value }) => value);
      const rows = suppressed.map((one) => [one.address, one.since.slice(0, 10), one.mail, one.reason]);
      print(table(['Address', 'Since', 'Mail', 'Reason'], rows).join('\n'), { suppressed });
      return 0;
    }
    if (!address) refuse('Say which address: suppressed lift ADDRESS.');
    await liftSuppression(address, program);
    print(`${address} gets mails again. Mail its invoices again with reprint --output pdf.`, { address });
    return 0;
  },
});
