import { CALL_SECONDS, CUSTOMERS_A_CALL, QUOTAS, SIZES, type Size } from './assumptions.ts';
import { costsOf, type Measured, natCosts, perPiece, standingCosts, timesOf } from './costs.ts';
import { SHAPE } from './month.ts';

/** The tables of docs/aws/costs.md, by their names there. */
export function tables(measured: Measured): Readonly<Record<string, string>> {
  return {
    piece: pieceTable(measured),
    costs: costTable(measured),
    times: timeTable(measured),
    loads: loadTable(measured),
  };
}

/** Puts these tables between their marks on the page. */
export function withTables(page: string, measured: Measured): string {
  return Object.entries(tables(measured)).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(?<=<!-- table: ${name} -->\\n).*?(?=<!-- end -->)`, 's'),
        () => `\n${table}\n\n`,
      ),
    page,
  );
}

function pieceTable(measured: Measured): string {
  const { printing, usage } = measured;
  const { work, invoices } = usage;
  const one = perPiece(measured);
  const printersAt = (quota: number, units: number) =>
    String(Math.floor((quota / (units / invoices)) * one.documentsSeconds));
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
  return markdown(
    ['one invoice', 'figure'],
    [
      ['DynamoDB write units, loading its notes', one.importWrites.toFixed(0)],
      ['DynamoDB write units, from plan to feedback', one.writes.toFixed(0)],
      ['DynamoDB read units, both', (one.importReads + one.reads).toFixed(0)],
      ['S3 puts, gets', `${one.puts.toFixed(1)}, ${one.gets.toFixed(1)}`],
      ['kept in the table', kb(one.tableBytes)],
      [
        'kept in the archive',
        `${kb(one.archiveBytes)} (invoice ${kb(printing.invoiceBytes)}, overview ${kb(printing.overviewBytes)}, mail ${kb(printing.mailBytes)})`,
      ],
      ['processor time of its documents', `${printing.documentsMs.toFixed(0)} ms`],
      ['a documents function works on it', `${one.documentsSeconds.toFixed(2)} s`],
      ['a mail function works on its mail', `${one.mailSeconds.toFixed(2)} s`],
      ['printers at once until a new table is throttled', printersAt(QUOTAS.newTable, work.documents.writes)],
      [
        '… until the partition of the run is',
        printersAt(QUOTAS.partition, work.documents.partitions['RUN#n']!),
      ],
      [
        'invoices of a run whose books one call can check',
        thousands(Math.floor(CALL_SECONDS / one.closeSeconds)),
      ],
    ],
  );
}

function costTable(measured: Measured): string {
  const all = SIZES.map((size) => costsOf(size, measured));
  const [first] = all;
  const names = Object.keys(first!.lines) as (keyof (typeof all)[number]['lines'])[];
  const standing = Object.values(standingCosts(measured)).reduce((sum, one) => sum + one, 0);
  const row = (name: string, values: readonly number[]) => [name, ...values.map(dollars)];
  return markdown(
    ['US $', ...SIZES.map(({ invoices }) => thousands(invoices))],
    [
      ...names.map((name) =>
        row(
          name,
          all.map(({ lines }) => lines[name]),
        ),
      ),
      row(
        '**one month’s run**',
        all.map(({ month }) => month),
      ),
      [
        '**a thousand invoices**',
        ...all.map(({ month }, index) => dollars((month / SIZES[index]!.invoices) * 1000)),
      ],
      row(
        'keeping that month, each month',
        all.map(({ keeping }) => keeping),
      ),
      row(
        'standing costs of a stage, each month',
        all.map(() => standing),
      ),
      row(
        '`fixedAddress` with its mails, each month',
        SIZES.map(({ invoices }) => natCosts(invoices * SHAPE.mailed, measured)),
      ),
    ],
  );
}

function timeTable(measured: Measured): string {
  const all = SIZES.map((size) => timesOf(size, measured));
  const row = (name: string, of: (times: (typeof all)[number]) => number) => [
    name,
    ...all.map((times) => duration(of(times))),
  ];
  return markdown(
    ['', ...SIZES.map(({ invoices }) => thousands(invoices))],
    [
      ['`printers`, `mailers`', ...SIZES.map(({ printers, mailers }) => `${printers}, ${mailers}`)],
      ['mails a second', ...all.map(({ mailRate }) => mailRate.toFixed(0))],
      row('loading, in the region', ({ import: loading }) => loading),
      row('plan', ({ plan }) => plan),
      row('documents', ({ documents }) => documents),
      row('mails', ({ mails }) => mails),
      row('books', ({ close }) => close),
      row('**run**', ({ whole }) => whole),
    ],
  );
}

function loadTable(measured: Measured): string {
  const { work, invoices, mails } = measured.usage;
  const one = perPiece(measured);
  const all = SIZES.map((size) => ({ ...size, ...timesOf(size, measured) }));
  /** Write units of a partition for the documents of one invoice, and for one mail. */
  const ofDocuments = (partition: string) => (work.documents.partitions[partition] ?? 0) / invoices;
  const ofMail = (partition: string) => (work.mail.partitions[partition] ?? 0) / mails;
  const row = (name: string, quota: number, of: (at: (typeof all)[number]) => number, note = '') => [
    name,
    `${thousands(quota)}${note}`,
    ...all.map((at) => {
      const text = thousands(Math.ceil(of(at)));
      return of(at) > quota ? `**${text}**` : text;
    }),
  ];
  const list = 'INVOICES#2026-10';
  return markdown(
    ['at its height', 'quota', ...SIZES.map((size) => thousands(size.invoices))],
    [
      row('mails a day', QUOTAS.mailsADay, (at) => at.invoices * SHAPE.mailed),
      row('mails a second', QUOTAS.mailsASecond, ({ mailRate }) => mailRate),
      row('calls of Lambda at once', QUOTAS.callsAtOnce, callsAtOnce, ', new accounts 10'),
      row(
        'write units a second, the table',
        QUOTAS.newTable,
        ({ documentRate }) => documentRate * (work.documents.writes / invoices),
        ' when new',
      ),
      row('… its partition `RUN#id`', QUOTAS.partition, (at) => at.documentRate * ofDocuments('RUN#n')),
      row('… `INVOICES#month`', QUOTAS.partition, (at) => at.documentRate * ofDocuments(list)),
      row(
        '… `DUE#mail`',
        QUOTAS.partition,
        (at) => at.documentRate * ofDocuments('DUE#mail') + at.mailRate * ofMail('DUE#mail'),
      ),
      row(
        'S3 puts a second below `invoices/`',
        QUOTAS.puts,
        (at) => at.documentRate * (work.documents.puts / invoices),
      ),
      row('seconds of one call to check the books', CALL_SECONDS, (at) => at.invoices * one.closeSeconds),
    ],
  );
}

/** Estimates the calls at once: printing functions, mail functions, and three for everything else. */
const callsAtOnce = ({ invoices, printers, mailers }: Size): number =>
  Math.min(printers, Math.ceil(invoices / CUSTOMERS_A_CALL)) + mailers + 3;

const thousands = (value: number): string => value.toLocaleString('en-US');
const dollars = (value: number): string =>
  value < 0.005
    ? '0.00'
    : value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Makes columns as wide as their widest cell, with figures to the right, as the formatter does. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]!.length)));
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const padded = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
  return [padded(head), rule, ...rows.map(padded)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
