/**
 * Milliseconds that a call to AWS takes within a region, as they are usual. Assumed, not measured: no account of AWS
 * was at hand.
 */
export const LATENCIES = {
  get: 5,
  batchGet: 10,
  query: 8,
  /** `TransactWriteItems`. */
  write: 20,
  put: 60,
  getFile: 30,
  /** Ten messages to SQS. */
  send: 15,
  /** SES's answer to a mail with attachments. */
  mail: 200,
} as const;
export type Latencies = Readonly<Record<keyof typeof LATENCIES, number>>;

/**
 * List prices of eu-central-1 in US dollars without tax, as they were known in November 2026; the price pages of AWS
 * have the last word. No free tier is taken off.
 */
export const PRICES = {
  writeUnits: 0.7625 / 1e6,
  readUnits: 0.1525 / 1e6,
  tableGbMonth: 0.306,
  /** Point-in-time recovery. */
  tableBackupGbMonth: 0.2448,
  put: 0.0054 / 1000,
  get: 0.00043 / 1000,
  archiveGbMonth: 0.0245,
  x86GbSecond: 0.0000166667,
  armGbSecond: 0.0000133334,
  calls: 0.2 / 1e6,
  queueRequests: 0.4 / 1e6,
  mails: 0.1 / 1000,
  mailGb: 0.12,
  events: 1 / 1e6,
  logGb: 0.63,
  secretMonth: 0.4,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  /** A NAT gateway with its address. */
  natHour: 0.052 + 0.005,
  natGb: 0.052,
} as const;

export const HOURS_A_MONTH = 730;

/** What the stacks ask for; MB become GB, and cores by 1,769 MB each. */
export const MEMORY_GB = { documents: 3008 / 1024, other: 1, small: 0.5 } as const;
export const CORES = { other: 1024 / 1769 } as const;
/** Processor time of the SDK for an item that is read, measured on the loopback: 2.2 ms for 25 notes. */
export const SDK_MS_AN_ITEM = 0.09;
/** Of the service stack. */
export const ALARMS = 10;
export const METRICS = 10;
export const QUEUES = 3;
/** Lambda asks each queue with five connections, every 20 seconds when it is empty. */
export const POLLS_A_MONTH = (5 * HOURS_A_MONTH * 3600) / 20;
export const SWEEPS_A_MONTH = HOURS_A_MONTH * 12;
/** Lines that Lambda and the program write for a call. */
export const LOG_BYTES_A_CALL = 1500;

/** Quotas of AWS, as they are for most accounts; Service Quotas shows one's own. */
export const QUOTAS = {
  /** Write units a second: of one partition, and of a table on demand that was not busier before. */
  partition: 1000,
  newTable: 4000,
  /** Puts a second below one prefix. */
  puts: 3500,
  /** Mails a day and a second once the account has left the sandbox. */
  mailsADay: 50_000,
  mailsASecond: 14,
  callsAtOnce: 1000,
} as const;

/** Seconds of a call of the function that closes the books, without those it keeps back. */
export const CALL_SECONDS = 280;

/** Of a message to the documents function, and mails of a call of the mailing one. */
export const CUSTOMERS_A_CALL = 20;
export const MAILS_A_CALL = 10;

/** How a month of so many invoices is set up. */
export const SIZES = [
  { invoices: 100, printers: 20, mailers: 5, mailsASecond: 14 },
  { invoices: 1000, printers: 20, mailers: 5, mailsASecond: 14 },
  { invoices: 20_000, printers: 20, mailers: 5, mailsASecond: 14 },
  { invoices: 1_000_000, printers: 60, mailers: 25, mailsASecond: 100 },
] as const;
export type Size = (typeof SIZES)[number];
