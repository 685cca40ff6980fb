import { join } from 'node:path';
import { defineCommand } from '#cli/command.ts';
import { listOf, MAIL_CUSTOMERS_ONLY, OUTPUT, path } from '#cli/words.ts';
import { openOnScreen, writeDocuments } from '#cli/write-documents.ts';
import { type MadeDeliveryNotes, makeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { NoteSelection } from '#core/deliveries/select-notes.ts';
import { year } from '#core/domain/calendar.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { noteReference } from '#core/domain/identifiers.ts';
import { type Period, period } from '#core/domain/period.ts';
import { refuse } from '#core/errors.ts';
import { archivedDocuments } from '#core/invoices/print-invoices.ts';

export const deliveryNotesCommand = defineCommand({
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
  words: {},
  options: {
    number: {
      schema: listOf(noteReference),
      shown: 'A,B',
      does: 'these delivery notes, such as L-2610-0001 or with its year 2026/L-2610-0001',
    },
    year: { schema: year, shown: '2026', does: 'only those of this year; with --number or --customer' },
    customer: { schema: customerNumber, shown: 'N', does: 'only those of this customer' },
    period: {
      schema: period(),
      shown: '2026-10',
      does: 'only those of this month, week (2026-W44) or day (2026-10-31), by their date',
    },
    output: {
      ...OUTPUT,
      does: 'print (default) makes one file of all; screen opens it; pdf only files them',
    },
    to: { schema: path, shown: 'FILE|FOLDER/', does: 'one file of all, or a file each in a folder' },
    'mail-customers-only': MAIL_CUSTOMERS_ONLY,
    prices: { does: 'with prices, whatever the settings say' },
    'no-prices': { does: 'without prices, whatever the settings say' },
  },
  async run({ options }, context) {
    const { program, config, print } = context;
    const { output = 'print' } = options;
    const { made, held } = await makeDeliveryNotes(selectionOf(options), pricesOf(options), program);
    const onlyFiled = output === 'pdf' && options.to === undefined;
    let files: string[] = [];
    if (made.length > 0 && !onlyFiled) {
      const groups = await archivedDocuments(
        made.map(({ document }) => ({ documents: [document] })),
        program.archive,
      );
      const to = options.to ?? join(config.dataDir, 'print', `delivery-notes-${program.ids.next()}.pdf`);
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
});

const heldLines = (held: MadeDeliveryNotes['held']): string[] =>
  held.flatMap(({ noteId, customer, reasons }) => [
    `Not made: ${noteId} of customer ${customer}`,
    ...reasons.map((reason) => `  - ${reason}`),
  ]);

interface SelectionOptions {
  readonly number: readonly string[] | undefined;
  readonly year: string | undefined;
  readonly customer: string | undefined;
  readonly period: Period | undefined;
  readonly 'mail-customers-only': boolean;
}

function selectionOf({ number, year, customer, period, ...flags }: SelectionOptions): NoteSelection {
  if (year && period) refuse('Give --year or --period, not both.');
  if (year && !number && !customer) refuse('Say which delivery notes of that year: --number or --customer.');
  const days = year ? { from: `${year}-01-01`, to: `${year}-12-31` } : period;
  return {
    ...(number ? { numbers: number } : {}),
    ...(customer ? { customer } : {}),
    ...(days ? { period: days } : {}),
    mailCustomersOnly: flags['mail-customers-only'],
  };
}

/** Returns whether prices are asked for; undefined leaves it to the settings. */
function pricesOf(options: { readonly prices: boolean; readonly 'no-prices': boolean }): boolean | undefined {
  const { prices, 'no-prices': none } = options;
  if (prices && none) refuse('Give --prices or --no-prices, not both.');
  return prices || none ? prices : undefined;
}
