import { join } from 'node:path';
import { type Arguments, type Command, FLAG, TEXT } from '#cli/command.ts';
import { openOnScreen, writeDocuments } from '#cli/write-documents.ts';
import { type MadeDeliveryNotes, makeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { NoteSelection } from '#core/deliveries/select-notes.ts';
import { anyPeriod } from '#core/domain/period.ts';
import { refuse } from '#core/errors.ts';
import { archivedDocuments } from '#core/invoices/print-invoices.ts';
import { numbersOf } from './reprint.ts';
import { outputOf } from './run.ts';

export const deliveryNotesCommand: Command = {
  help: [
    [
      'delivery-notes --number A,B [--year 2026] | --customer N | --period 2026-10 [--mail-customers-only]',
      'delivery notes as documents, by their date; made and filed once, then always the same bytes',
    ],
    [
      '    [--prices | --no-prices] [--output print|screen|pdf] [--to FILE|FOLDER/]',
      'with or without prices (else as the settings say) · pdf only files them: delivery notes are not mailed',
    ],
  ],
  options: {
    number: TEXT,
    year: TEXT,
    customer: TEXT,
    period: TEXT,
    output: TEXT,
    to: TEXT,
    'mail-customers-only': FLAG,
    prices: FLAG,
    'no-prices': FLAG,
  },
  async run(args, context) {
    const { program, config, print } = context;
    const output = outputOf(args) ?? 'print';
    const { made, held } = await makeDeliveryNotes(selectionOf(args), pricesOf(args), program);
    const onlyFiled = output === 'pdf' && args.text('to') === undefined;
    let files: string[] = [];
    if (made.length > 0 && !onlyFiled) {
      const groups = await archivedDocuments(
        made.map(({ document }) => ({ documents: [document] })),
        program.archive,
      );
      const to = args.text('to') ?? join(config.dataDir, 'print', `delivery-notes-${program.ids.next()}.pdf`);
      files = await writeDocuments(groups, to, 'Delivery notes', context);
    }
    if (output === 'screen') for (const file of files) openOnScreen(file);
    const keys = made.map(({ document }) => document.key);
    const done =
      output === 'pdf'
        ? `${made.length} delivery notes are in the archive; nothing was mailed, only invoices are.`
        : `${made.length} delivery notes:`;
    print([done, ...(onlyFiled ? keys : files), ...heldLines(held)].join('\n'), {
      notes: made.map(({ noteId, customer, document: { key, prices } }) => ({
        ...{ note: noteId, customer, prices, key },
      })),
      held: held.map(({ noteId, customer, reasons }) => ({ note: noteId, customer, reasons })),
      files,
    });
    return held.length > 0 ? 1 : 0;
  },
};

const heldLines = (held: MadeDeliveryNotes['held']): string[] =>
  held.flatMap(({ noteId, customer, reasons }) => [
    `Not made: ${noteId} of customer ${customer}`,
    ...reasons.map((reason) => `  - ${reason}`),
  ]);

function selectionOf(args: Arguments): NoteSelection {
  const numbers = numbersOf(args);
  const [customer, year, period] = [args.text('customer'), args.text('year'), args.text('period')];
  if (year !== undefined && !/^20\d\d$/.test(year)) refuse(`--year ${year} is not a year such as 2026.`);
  if (year && period) refuse('Give --year or --period, not both.');
  if (year && !numbers && !customer) refuse('Say which delivery notes of that year: --number or --customer.');
  const days = year ? { from: `${year}-01-01`, to: `${year}-12-31` } : period && anyPeriod(period);
  return {
    ...(numbers ? { numbers } : {}),
    ...(customer ? { customer } : {}),
    ...(days ? { period: days } : {}),
    mailCustomersOnly: args.flag('mail-customers-only'),
  };
}

/** Undefined: as the settings say. */
function pricesOf(args: Arguments): boolean | undefined {
  const [prices, none] = [args.flag('prices'), args.flag('no-prices')];
  if (prices && none) refuse('Give --prices or --no-prices, not both.');
  return prices || none ? prices : undefined;
}
