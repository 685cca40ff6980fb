/**
 * The usual milliseconds that a call to AWS takes within a region. They are assumed and not measured, because
 * no AWS account was at hand.
 */
export const LATENCIES = {
  get: 5,
  batchGet: 10,
  query: 8,
  /** One `TransactWriteItems`. */
  write: 20,
  put: 60,
  getFile: 30,
  /** Sending ten messages to SQS. */
  send: 15,
  /** The answer of SES to a mail with attachments. */
  mail: 200,
} as const;
export type Latencies = Readonly<Record<keyof typeof LATENCIES, number>>;

/**
 * List prices of eu-central-1 in US dollars without tax, as they were known in November 2026; the price pages
 * of AWS have the last word. No free tier is deducted.
 */
export const PRICES = {
  writeUnits: 0.7625 / 1e6,
  readUnits: 0.1525 / 1e6,
  tableGbMonth: 0.306,
  /** Point-in-time recovery, for each GB and month. */
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
  /** A NAT gateway with its address, for each hour. */
  natHour: 0.052 + 0.005,
  natGb: 0.052,
} as const;

export const HOURS_A_MONTH = 730;

/** The memory and processor that the stacks ask for; MB become GB, and a core stands for 1,769 MB. */
export const MEMORY_GB = { documents: 3008 / 1024, other: 1, small: 0.5 } as const;
export const CORES = { other: 1024 / 1769 } as const;
/** Processor time of the SDK for each item that is read, measured on the loopback: 2.2 ms for 25 notes. */
export const SDK_MS_AN_ITEM = 0.09;
/** The alarms, metrics and queues of the service stack. */
export const ALARMS = 10;
export const METRICS = 10;
export const QUEUES = 3;
/** Lambda asks each queue with five connections, every 20 seconds when the queue is empty. */
export const POLLS_A_MONTH = (5 * HOURS_A_MONTH * 3600) / 20;
export const SWEEPS_A_MONTH = HOURS_A_MONTH * 12;
/** Bytes of the lines that Lambda and the program log for each call. */
export const LOG_BYTES_A_CALL = 1500;

/** Quotas of AWS for most accounts; Service Quotas shows those of an account. */
export const QUOTAS = {
  /** Write units a second: of one partition, and of an on-demand table that was not busier before. */
  partition: 1000,
  newTable: 4000,
  /** Puts a second below one prefix. */
  puts: 3500,
  /** Mails a day and mails a second, once the account has left the sandbox. */
  mailsADay: 50_000,
  mailsASecond: 14,
  callsAtOnce: 1000,
} as const;

/**
 * The seconds that a call of the function which closes the books may use, without those it keeps in reserve.
 */
export const CALL_SECONDS = 280;

/** The customers in a message to the documents function, and the mails in a call of the mail function. */
export const CUSTOMERS_A_CALL = 20;
export const MAILS_A_CALL = 10;

/** How a month with each number of invoices is set up. */
export const SIZES = [
  { invoices: 100, printers: 20, mailers: 5, mailsASecond: 14 },
  { invoices: 1000, printers: 20, mailers: 5, mailsASecond: 14 },
  { invoices: 20_000, printers: 20, mailers: 5, mailsASecond: 14 },
  { invoices: 1_000_000, printers: 60, mailers: 25, mailsASecond: 100 },
] as const;
export type Size = (typeof SIZES)[number];
