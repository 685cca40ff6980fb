import { join } from 'node:path';
import { type Arguments, type Command, FLAG, TEXT } from '#cli/command.ts';
import { openOnScreen, writeDocuments } from '#cli/write-documents.ts';
import { anyPeriod } from '#core/domain/period.ts';
import { refuse } from '#core/errors.ts';
import { archivedDocuments } from '#core/invoices/print-invoices.ts';
import { type InvoiceSelection, selectInvoices } from '#core/invoices/select-invoices.ts';
import { checkResend, resendMail } from '#core/mailing/resend-mail.ts';
import { addressesOf, readMails } from '#core/repositories/mails.ts';
import { mailJson } from '#http/schemas/mail.ts';
import { outputOf } from './run.ts';

export const reprintCommand: Command = {
  help: [
    [
      'reprint --number A,B | --customer N | --period 2026-10 [--mail-customers-only] [--output print|screen|pdf] [--to FILE|FOLDER/]',
      'the archived documents again, byte for byte; pdf mails them again after asking (--yes: without)',
    ],
  ],
  options: {
    number: TEXT,
    customer: TEXT,
    period: TEXT,
    output: TEXT,
    to: TEXT,
    'mail-customers-only': FLAG,
    yes: FLAG,
  },
  async run(args, context) {
    const { program, config, print, confirm } = context;
    const output = outputOf(args) ?? 'print';
    const invoices = (await selectInvoices(selectionOf(args), program)).map(({ value }) => value);
    const numbers = invoices.map(({ facts }) => facts.number);
    if (output === 'pdf') {
      await checkResend(numbers, program);
      const question = `Mail ${numbers.length} invoices (${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ' …' : ''}) again?`;
      if (!args.flag('yes') && !(await confirm(question))) {
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
      return mails.every(({ state }) => state === 'accepted' || state === 'deferred') ? 0 : 1;
    }
    const documents = await archivedDocuments(invoices, program.archive);
    const to = args.text('to') ?? join(config.dataDir, 'print', `reprint-${program.ids.next()}.pdf`);
    const files = await writeDocuments(documents, to, 'Reprint', context);
    if (output === 'screen') for (const file of files) openOnScreen(file);
    print(`${numbers.length} invoices, ${documents.flat().length} documents:\n${files.join('\n')}`, {
      invoices: numbers,
      files,
    });
    return 0;
  },
};

function selectionOf(args: Arguments): InvoiceSelection {
  const numbers = numbersOf(args);
  const [customer, period] = [args.text('customer'), args.text('period')];
  return {
    ...(numbers ? { numbers } : {}),
    ...(customer ? { customer } : {}),
    ...(period ? { period: anyPeriod(period) } : {}),
    mailCustomersOnly: args.flag('mail-customers-only'),
  };
}

/** The numbers of `--number A,B`. */
export const numbersOf = (args: Arguments): string[] | undefined =>
  args
    .text('number')
    ?.split(',')
    .map((number) => number.trim())
    .filter(Boolean);
