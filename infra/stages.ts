/**
 * Full hours of German local time at which runs may begin. 2 is left out: it is missing or comes twice when
 * the clocks change.
 */
const HOURS = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23] as const;

/** One deployment: its names, what it retains, its size, and when it bills. Change it here, then deploy. */
export interface Stage {
  readonly name: string;
  readonly region: string;
  /**
   * Whether data survives the removal of the stack and is protected from accidental deletion. If false,
   * everything goes with the stack.
   */
  readonly retained: boolean;
  /**
   * How invoices are locked until the end of the eighth year after theirs (§ 147 (3) AO, § 14b UStG).
   * GOVERNANCE can be lifted by whoever holds a special right; COMPLIANCE by nobody, not even the owner of
   * the account.
   */
  readonly lock: 'none' | 'GOVERNANCE' | 'COMPLIANCE';
  /** The mail domain or address that invoices are sent from; SES verifies it. */
  readonly sender: string;
  /**
   * The first part of the address of the login page for people and of the token endpoint for machines. It
   * must be unique among all AWS accounts in the region.
   */
  readonly loginDomain: string;
  /** How many calls a second the HTTP API accepts from all callers together; bursts may be twice as large. */
  readonly callsPerSecond: number;
  /** The mail address that alarms go to; empty for nobody. */
  readonly alarmMail: string;
  /** The hour at which scheduled runs begin. */
  readonly hour: (typeof HOURS)[number];
  /**
   * How many functions print at once; at least 2. `mailers` is the number that mail at once, also at least 2.
   */
  readonly printers: number;
  readonly mailers: number;
  /** Whether mails to an SMTP server leave from one permanent address; this costs about 40 € a month. */
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
