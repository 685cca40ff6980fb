/** Full hours of Germany's clocks at which runs may begin: never 2, which is missing or twice when they change. */
const HOURS = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23] as const;

/** A deployment of its own: names, what it keeps, how big it is, when it bills. Change it here, then deploy. */
export interface Stage {
  readonly name: string;
  readonly region: string;
  /** What survives when the stack is removed, and cannot be deleted by a slip. Off: all goes with the stack. */
  readonly retained: boolean;
  /**
   * How invoices are kept until the end of the eighth year after theirs (§ 147 (3) AO, § 14b UStG). GOVERNANCE can be
   * lifted by who has a right of its own, COMPLIANCE by nobody, not even by the owner of the account.
   */
  readonly lock: 'none' | 'GOVERNANCE' | 'COMPLIANCE';
  /** The mail domain or the address that invoices come from; SES verifies it. */
  readonly sender: string;
  /**
   * The first part of the address of the page where people log in to the HTTP API, and of the one where machines get
   * their tokens. No other account of AWS may have it in this region.
   */
  readonly loginDomain: string;
  /** Calls of the HTTP API in a second, of all callers, that are let through; twice as many at once. */
  readonly callsPerSecond: number;
  /** Who is told when something needs a person; empty for nobody. */
  readonly alarmMail: string;
  /** When scheduled runs begin. */
  readonly hour: (typeof HOURS)[number];
  /** Functions that print at once, and that mail at once; 2 at least. */
  readonly printers: number;
  readonly mailers: number;
  /** Whether mails to an SMTP server come from one address that stays; it costs about 40 € a month. */
  readonly fixedAddress: boolean;
}

export const STAGES: readonly Stage[] = [
  {
    name: 'dev',
    region: 'eu-central-1',
    retained: false,
    lock: 'none',
    sender: 'dev.rechnungspost.example',
    loginDomain: 'rechnungspost-dev',
    callsPerSecond: 20,
    alarmMail: '',
    hour: 4,
    printers: 2,
    mailers: 2,
    fixedAddress: false,
  },
  {
    name: 'prod',
    region: 'eu-central-1',
    retained: true,
    lock: 'GOVERNANCE',
    sender: 'rechnungspost.example',
    loginDomain: 'rechnungspost-prod',
    callsPerSecond: 50,
    alarmMail: '',
    hour: 4,
    printers: 20,
    mailers: 5,
    fixedAddress: false,
  },
];
