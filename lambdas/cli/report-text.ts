import { durationText } from '#core/domain/mail-duration.ts';
import type { Preflight } from '#core/mailing/preflight.ts';
import { CUSTOMER_STATES, type CustomerReport, type RunReport } from '#core/runs/run-report.ts';

/** Formats the closing report for a terminal: every customer with its state, then counts and totals. */
export function reportText(report: RunReport): string {
  const what = {
    cycle: `Billing run ${report.cycle} ${report.period}`,
    instant: 'Instant invoice',
    cancellation: `Cancellation of invoice ${report.cancels}`,
  }[report.kind];
  const rows = report.customers.map((customer) => [
    customer.customer,
    shorten(customer.name, 32),
    customer.invoice ?? '',
    customer.gross ?? '',
    stateText(customer),
  ]);
  const { counts, totals } = report;
  const states = STATES_BY_WEIGHT.filter((state) => counts[state] > 0).map(
    (state) => `${counts[state]} ${state}`,
  );
  const ways = Object.entries(report.delivery).map(([state, count]) => `${count} ${state}`);
  return [
    `${what} · ${report.state} · invoice date ${report.invoiceDate} · run ${report.run}`,
    ...(report.paused
      ? [`PAUSED since ${report.pauses?.at(-1)?.from}: nothing of it goes on until it is resumed`]
      : []),
    '',
    ...table(['Customer', 'Name', 'Invoice', 'Gross EUR', 'State'], rows, [3]),
    '',
    `${counts.customers} customers: ${states.join(', ') || 'none'}`,
    ...(ways.length > 0 ? [`Delivery: ${ways.join(', ')}`] : []),
    ...(report.mailing ? [mailingLine(report.mailing)] : []),
    `${counts.notes} delivery notes, net ${totals.net} + VAT ${totals.vat} = gross ${totals.gross} EUR`,
    ...report.discrepancies.map((discrepancy) => `BOOKS DISAGREE: ${discrepancy}`),
    ...(report.preflight ? ['', ...preflightLines(report.preflight)] : []),
  ].join('\n');
}

/** The order of states in the report: what was billed comes first, then what a person must look at. */
const WEIGHTS: Readonly<Record<CustomerReport['state'], number>> = {
  issued: 1,
  cancelled: 2,
  planned: 3,
  held: 4,
  failed: 5,
  'nothing to bill': 6,
};
const STATES_BY_WEIGHT = CUSTOMER_STATES.toSorted((one, other) => WEIGHTS[one] - WEIGHTS[other]);

function stateText({ state, reasons, delivery, cancelledBy }: CustomerReport): string {
  if (reasons) return `${state}: ${reasons.join(' ')}`;
  if (cancelledBy) return `${state} by ${cancelledBy}`;
  if (!delivery) return state;
  const to = delivery.to?.join(', ');
  const leftOut = delivery.leftOut ? ` (${delivery.leftOut.join('; ')})` : '';
  if (delivery.state === 'accepted') return `mailed to ${to}${leftOut}`;
  const addressee = to ? ` for ${to}` : '';
  return `${state}, ${delivery.state}${addressee}${delivery.reason ? `: ${delivery.reason}` : ''}${leftOut}`;
}

/** Describes what mails wait for, those of a run or all. */
export function mailingLine({
  waiting,
  secondsLeft,
  held,
  paused,
}: NonNullable<RunReport['mailing']>): string {
  const wait = `Mails: ${waiting} ${waiting === 1 ? 'waits' : 'wait'}`;
  if (paused) return `${wait}, paused`;
  if (held !== undefined) return `${wait}, none is sent: ${held}`;
  return secondsLeft === undefined ? wait : `${wait}, ${durationText(secondsLeft)} left`;
}

function preflightLines({ mails, recipients, printed, seconds, findings }: Preflight): string[] {
  const time = seconds === 0 ? 'at once' : `in ${durationText(seconds)}`;
  const sent =
    mails === 0 ? 'no mail' : `${counted(mails, 'mail')} to ${counted(recipients, 'recipient')} ${time}`;
  return [
    `The run would send ${sent}, and ${counted(printed, 'invoice')} would be printed.`,
    ...findings.map(({ level, text }) => `${level === 'warning' ? 'WARNING' : 'Note'}: ${text}`),
  ];
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        if (right.includes(column)) return cell.padStart(widths[column]!);
        return column === row.length - 1 ? cell : cell.padEnd(widths[column]!);
      })
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
