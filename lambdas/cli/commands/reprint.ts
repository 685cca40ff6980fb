import { join } from 'node:path';
import { defineCommand } from '#cli/command.ts';
import { listOf, MAIL_CUSTOMERS_ONLY, OUTPUT, path } from '#cli/words.ts';
import { openOnScreen, writeDocuments } from '#cli/write-documents.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { invoiceNumber } from '#core/domain/identifiers.ts';
import { reachedCustomer } from '#core/domain/mail-states.ts';
import { type Period, period } from '#core/domain/period.ts';
import { refuse } from '#core/errors.ts';
import { archivedDocuments } from '#core/invoices/print-invoices.ts';
import { type InvoiceSelection, selectInvoices } from '#core/invoices/select-invoices.ts';
import { checkResend, resendMail } from '#core/mailing/resend-mail.ts';
import { addressesOf, readMails } from '#core/repositories/mails.ts';
import { mailJson } from '#http/schemas/mail.ts';

export const reprintCommand = defineCommand({
  help: [
    [
      'reprint --number A,B | --customer N | --period 2026-10 [--mail-customers-only] [--output print|screen|pdf] [--to FILE|FOLDER/]',
      'the archived documents again, byte for byte; pdf mails them again after asking (--yes: without)',
    ],
  ],
  words: {},
  options: {
    number: { schema: listOf(invoiceNumber), shown: 'A,B', does: 'these invoices' },
    customer: { schema: customerNumber, shown: 'N', does: 'only those of this customer' },
    period: {
      schema: period(),
      shown: '2026-10',
      does: 'only those that bill this month, week (2026-W44) or day (2026-10-31)',
    },
    output: {
      ...OUTPUT,
      does: 'print (default) makes one file of all; screen opens it; pdf mails them again',
    },
    to: { schema: path, shown: 'FILE|FOLDER/', does: 'one file of all, or a file each in a folder' },
    'mail-customers-only': MAIL_CUSTOMERS_ONLY,
    yes: { does: 'mail again without asking' },
  },
  async run({ options }, context) {
    const { program, config, print, confirm } = context;
    const { output = 'print' } = options;
    const invoices = (await selectInvoices(selectionOf(options), program)).map(({ value }) => value);
    const numbers = invoices.map(({ facts }) => facts.number);
    if (output === 'pdf') {
      await checkResend(numbers, program);
      const question = `Mail ${numbers.length} invoices (${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ' …' : ''}) again?`;
      if (!options.yes && !(await confirm(question))) {
        refuse('Not mailed: answer yes on the terminal, or give --yes.');
      }
      const ids: string[] = [];
      for (const number of numbers) ids.push(await resendMail(number, program));
      await program.mail(ids);
      const mails = (await readMails(program.table, ids)).map(({ value }) => value);
      print(
        mails
          .map(
            (mail) =>
              `${mail.id}  ${mail.state}  ${addressesOf(mail, 'to').join(', ')}  ${mail.reason ?? ''}`,
          )
          .join('\n'),
        { mails: mails.map(mailJson) },
      );
      return mails.every((mail) => reachedCustomer(mail) || mail.state === 'deferred') ? 0 : 1;
    }
    const documents = await archivedDocuments(invoices, program.archive);
    const to = options.to ?? join(config.dataDir, 'print', `reprint-${program.ids.next()}.pdf`);
    const files = await writeDocuments(documents, to, 'Reprint', context);
    if (output === 'screen') for (const file of files) openOnScreen(file);
    print(`${numbers.length} invoices, ${documents.flat().length} documents:\n${files.join('\n')}`, {
      invoices: numbers,
      files,
    });
    return 0;
  },
});

interface SelectionOptions {
  readonly number: readonly string[] | undefined;
  readonly customer: string | undefined;
  readonly period: Period | undefined;
  readonly 'mail-customers-only': boolean;
}

const selectionOf = ({ number, customer, period, ...flags }: SelectionOptions): InvoiceSelection => ({
  ...(number ? { numbers: number } : {}),
  ...(customer ? { customer } : {}),
  ...(period ? { period } : {}),
  mailCustomersOnly: flags['mail-customers-only'],
});
