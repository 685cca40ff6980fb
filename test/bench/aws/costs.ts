import {
  ALARMS,
  CORES,
  CUSTOMERS_A_CALL,
  HOURS_A_MONTH,
  LOG_BYTES_A_CALL,
  MAILS_A_CALL,
  MEMORY_GB,
  METRICS,
  POLLS_A_MONTH,
  PRICES,
  QUEUES,
  SDK_MS_AN_ITEM,
  type Size,
  SWEEPS_A_MONTH,
} from './assumptions.ts';
import type { Usage } from './counted.ts';
import { SHAPE } from './month.ts';
import type { Printing } from './printing.ts';
import type { MonthUsage } from './usage.ts';

/** Everything that was measured and counted; see `npm run bench:aws -- --measure`. */
export interface Measured {
  readonly date: string;
  readonly processor: string;
  readonly printing: Printing;
  readonly usage: MonthUsage;
}

const GB = 1e9;

/** Calculates what one invoice or one mail takes. */
export function perPiece({ usage, printing }: Measured) {
  const { work, invoices, mails } = usage;
  const of = (name: keyof typeof work, key: 'writes' | 'reads' | 'items' | 'puts' | 'gets' | 'waited') =>
    work[name][key] / invoices;
  const sdk = (name: keyof typeof work) => of(name, 'items') * SDK_MS_AN_ITEM;
  const run = ['plan', 'documents', 'close', 'mail', 'feedback'] as const;
  const sum = (key: 'writes' | 'reads' | 'puts' | 'gets') =>
    run.reduce((total, name) => total + of(name, key), 0);
  return {
    importWrites: of('import', 'writes'),
    importReads: of('import', 'reads'),
    importSeconds: of('import', 'waited') / 1000,
    writes: sum('writes'),
    reads: sum('reads'),
    puts: sum('puts'),
    gets: sum('gets'),
    tableBytes: usage.stored / invoices,
    archiveBytes: printing.invoiceBytes + SHAPE.mailed * (printing.overviewBytes + printing.mailBytes),
    planSeconds: (of('plan', 'waited') + (printing.planMs + sdk('plan')) / CORES.other) / 1000,
    documentsSeconds: (of('documents', 'waited') + printing.documentsMs + sdk('documents')) / 1000,
    closeSeconds: (of('close', 'waited') + sdk('close') / CORES.other) / 1000,
    mailSeconds: (work.mail.waited + (printing.mailMs * mails) / CORES.other) / mails / 1000,
    feedbackSeconds: work.feedback.waited / mails / 2 / 1000,
  };
}

/**
 * Estimates the seconds of each part of a run. The parts follow one another, except that documents and mails
 * go side by side.
 */
export function timesOf({ invoices, printers, mailers, mailsASecond }: Size, measured: Measured) {
  const one = perPiece(measured);
  const mails = invoices * SHAPE.mailed;
  const busy = Math.min(printers, Math.ceil(invoices / CUSTOMERS_A_CALL));
  const documents = (invoices * one.documentsSeconds) / busy;
  const mailRate = Math.min(mailsASecond, mailers / one.mailSeconds);
  const times = {
    plan: invoices * one.planSeconds,
    documents,
    mails: mails / mailRate,
    close: invoices * one.closeSeconds,
  };
  return {
    ...times,
    whole: times.plan + Math.max(times.documents + times.close, times.mails),
    import: invoices * one.importSeconds,
    mailRate,
    documentRate: invoices / documents,
  };
}

/** Estimates US dollars: of one month's invoices, of keeping them for a month, and of a month without any. */
export function costsOf(size: Size, measured: Measured) {
  const { invoices, mailers } = size;
  const one = perPiece(measured);
  const times = timesOf(size, measured);
  const mails = invoices * SHAPE.mailed;
  const calls = {
    documents: invoices / CUSTOMERS_A_CALL,
    mails: mails / MAILS_A_CALL,
    feedback: 2 * mails,
    // The plan continues in calls of minutes, and every 20 seconds a call looks whether the documents are
    // there.
    looks: (times.plan + times.close) / 280 + times.documents / 20,
  };
  const allCalls = calls.documents + calls.mails + calls.feedback + calls.looks;
  const lines = {
    'DynamoDB, loading':
      invoices * (one.importWrites * PRICES.writeUnits + one.importReads * PRICES.readUnits),
    'DynamoDB, run': invoices * (one.writes * PRICES.writeUnits + one.reads * PRICES.readUnits),
    'S3 requests': invoices * (one.puts * PRICES.put + one.gets * PRICES.get),
    Lambda:
      invoices * one.documentsSeconds * MEMORY_GB.documents * PRICES.x86GbSecond +
      (times.plan + times.close) * MEMORY_GB.other * PRICES.armGbSecond +
      // The mail functions work as long as mails wait for their turn.
      times.mails * Math.min(mailers, Math.ceil(calls.mails)) * MEMORY_GB.other * PRICES.armGbSecond +
      calls.feedback * one.feedbackSeconds * MEMORY_GB.small * PRICES.armGbSecond +
      allCalls * PRICES.calls,
    // Ten messages are sent in one request, received in another and deleted in a third.
    SQS: (calls.documents * 2.1 + mails * 0.3) * PRICES.queueRequests,
    'SES and its events':
      mails * PRICES.mails +
      ((mails * measured.printing.mailBytes) / GB) * PRICES.mailGb +
      calls.feedback * PRICES.events,
    'CloudWatch logs': ((allCalls * LOG_BYTES_A_CALL) / GB) * PRICES.logGb,
  };
  const tableGb = (invoices * one.tableBytes) / GB;
  const archiveGb = (invoices * one.archiveBytes) / GB;
  return {
    lines,
    month: Object.values(lines).reduce((sum, line) => sum + line, 0),
    keeping: tableGb * (PRICES.tableGbMonth + PRICES.tableBackupGbMonth) + archiveGb * PRICES.archiveGbMonth,
    tableGb,
    archiveGb,
  };
}

/** Estimates what a stage costs in a month in which nothing is billed. */
export function standingCosts({ usage: { work } }: Measured): Readonly<Record<string, number>> {
  const { reads, waited }: Usage = work.sweep;
  const gbSeconds = (waited / 1000) * MEMORY_GB.small;
  return {
    alarms: ALARMS * PRICES.alarmMonth,
    dashboard: PRICES.dashboardMonth,
    'metrics of its own': METRICS * PRICES.metricMonth,
    secret: PRICES.secretMonth,
    'asking the empty queues': QUEUES * POLLS_A_MONTH * PRICES.queueRequests,
    sweep:
      SWEEPS_A_MONTH *
      (reads * PRICES.readUnits +
        gbSeconds * PRICES.armGbSecond +
        PRICES.calls +
        (LOG_BYTES_A_CALL / GB) * PRICES.logGb),
  };
}

/** Estimates the NAT gateway of `fixedAddress` for a month with this many mails over SMTP. */
export const natCosts = (mails: number, { printing }: Measured): number =>
  HOURS_A_MONTH * PRICES.natHour + ((mails * printing.mailBytes) / GB) * PRICES.natGb;
