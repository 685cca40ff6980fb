import { CALL_SECONDS, QUOTAS, SIZES } from './assumptions.ts';
import { costsOf, type Measured, natCosts, perPiece, standingCosts, timesOf } from './costs.ts';
import { SHAPE } from './month.ts';

/** The tables of DEPLOYING.md, by their names there. */
export function tables(measured: Measured): Readonly<Record<string, string>> {
  return {
    piece: pieceTable(measured),
    costs: costTable(measured),
    times: timeTable(measured),
    loads: loadTable(measured),
  };
}

function pieceTable(measured: Measured): string {
  const { printing } = measured;
  const one = perPiece(measured);
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
  const times = SIZES.map((size) => timesOf(size, measured));
  const partition = (name: 'documents' | 'mail', key: string, pieces: number) =>
    (work[name].partitions[key] ?? 0) / pieces;
  const runUnits = partition('documents', 'RUN#n', invoices);
  const listUnits = partition('documents', 'INVOICES#2026-10', invoices);
  const dueUnits = partition('mail', 'DUE#mail', mails);
  const row = (name: string, quota: string, of: (at: (typeof times)[number], index: number) => string) => [
    name,
    quota,
    ...times.map(of),
  ];
  const rate = (value: number) => thousands(Math.ceil(value));
  return markdown(
    ['at its height', 'quota', ...SIZES.map((size) => thousands(size.invoices))],
    [
      row('mails a day', thousands(QUOTAS.mailsADay), (_, index) =>
        thousands(SIZES[index]!.invoices * SHAPE.mailed),
      ),
      row('mails a second', String(QUOTAS.mailsASecond), ({ mailRate }) => rate(mailRate)),
      row('calls of Lambda at once', '1,000 (new accounts: 10)', (_, index) => {
        const { invoices: count, printers, mailers } = SIZES[index]!;
        return thousands(Math.min(printers, Math.ceil(count / 20)) + mailers + 3);
      }),
      row('write units a second, table', `${thousands(QUOTAS.newTable)} at first`, ({ documentRate }) =>
        rate(documentRate * (work.documents.writes / invoices)),
      ),
      row('… of them `RUN#id`', thousands(QUOTAS.partition), ({ documentRate }) =>
        rate(documentRate * runUnits),
      ),
      row('… of them `INVOICES#month`', thousands(QUOTAS.partition), ({ documentRate }) =>
        rate(documentRate * listUnits),
      ),
      row('… `DUE#mail`, by mails', thousands(QUOTAS.partition), ({ mailRate }) => rate(mailRate * dueUnits)),
      row('S3 puts a second, prefix', thousands(QUOTAS.puts), ({ documentRate }) =>
        rate(documentRate * (work.documents.puts / invoices)),
      ),
      row('seconds to close the books', `${CALL_SECONDS} a call`, (_, index) =>
        rate(SIZES[index]!.invoices * one.closeSeconds),
      ),
    ],
  );
}

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

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
