import { type Deps, instant } from '#core/deps.ts';
import type { Customer } from '#core/domain/customer.ts';
import { type Finding, info, warning } from '#core/domain/finding.ts';
import { isMailAddress, mailboxOf } from '#core/domain/mail-address.ts';
import { durationText, mailDuration } from '#core/domain/mail-duration.ts';
import type { Settings } from '#core/domain/settings.ts';
import { SENDING_TRANSPORTS, TRANSPORT_RULES } from '#core/domain/transport.ts';
import { Fault } from '#core/errors.ts';
import type { MailAccount, MailQuota } from '#core/ports.ts';
import { readSuppressions } from '#core/repositories/suppressions.ts';
import { type Blocked, checkCopies, checkCustomer } from './check-recipients.ts';
import { checkSenderDomain } from './check-sender.ts';
import { recipientsOf } from './create-mail.ts';
import { readPace } from './mail-pace.ts';

/** The forecast of what would become of a run's mails. */
export interface Preflight {
  readonly mails: number;
  /** The recipients of all mails together, copies included. */
  readonly recipients: number;
  /** The number of invoices that would be printed. */
  readonly printed: number;
  /**
   * The seconds until the last mail has its turn, if the run began now, by the pace of the settings and the
   * provider's quota.
   */
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

export type PreflightDeps = Pick<Deps, 'table' | 'clock' | 'openMailAccount' | 'dns'>;

/**
 * Checks the mails of invoices that would be issued with output `pdf`: whom they would not reach, how long
 * they would take, and whether recipients would trust them. Writes nothing. If DNS or the provider does not
 * answer, a finding says so.
 * @param customers the customers who would get an invoice
 */
export async function preflight(
  customers: readonly Customer[],
  settings: Settings,
  deps: PreflightDeps,
): Promise<Preflight> {
  const wanting = customers.filter(({ invoiceByMail }) => invoiceByMail);
  const none = { mails: 0, recipients: 0, printed: customers.length, seconds: 0 };
  if (wanting.length === 0) return { ...none, findings: [] };
  const off = mailIsOff(settings);
  const addresses = wanting.flatMap((customer) =>
    recipientsOf(customer, settings).recipients.map(({ address }) => address),
  );
  const account = off ? undefined : deps.openMailAccount(settings.mail);
  const [own, provider, domain] = await Promise.all([
    readSuppressions(deps.table, addresses),
    account && askProvider(account, addresses, settings),
    off ? [] : checkSenderDomain(settings.mail, deps.dns),
  ]);

  // Our own suppressions stand last, so that they overrule what the provider says of the same mailbox.
  const blocked: Blocked = new Map([
    ...[...(provider?.suppressed ?? [])].map(([address, reason]) => [mailboxOf(address), reason] as const),
    ...[...own].map(([mailbox, { since, reason }]) => {
      return [mailbox, `it is suppressed since ${since.slice(0, 10)} (${reason})`] as const;
    }),
  ]);
  const checked = wanting.map((customer) => checkCustomer(customer, settings, blocked));
  const mailed = off ? [] : checked.filter(({ mailboxes }) => mailboxes.length > 0);
  const mails = mailed.length;
  const recipients = mailed.reduce((sum, { mailboxes }) => sum + mailboxes.length, 0);
  const seconds = await duration(mails, recipients, provider?.quota, settings.mail, deps);
  const findings = [
    ...(off ? [warning(`${off} ${count(wanting.length, 'invoice')} would be printed.`)] : []),
    ...(mails > 0 ? [...(provider?.problems ?? []), ...domain] : []),
    ...(provider?.quota ? quotaFindings(provider.quota, recipients, seconds, settings.mail, deps) : []),
    ...checkCopies(settings, blocked),
    ...checked.flatMap((one) => one.findings),
  ];
  return { mails, recipients, printed: customers.length - mails, seconds, findings };
}

const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

function mailIsOff({ mail }: Settings): string | undefined {
  const { address } = mail.sender;
  if (mail.transport === 'off') return `Mail is switched off (mail.transport): choose ${SENDING_TRANSPORTS}.`;
  if (address === '') return 'The settings name no sender: enter mail.sender.address.';
  if (!isMailAddress(address)) return `The sender "${address}" is malformed: correct mail.sender.address.`;
  return undefined;
}

interface ProviderSays {
  readonly quota: MailQuota | undefined;
  readonly suppressed: ReadonlyMap<string, string> | undefined;
  readonly problems: readonly Finding[];
}

async function askProvider(
  account: MailAccount,
  addresses: readonly string[],
  { mail }: Settings,
): Promise<ProviderSays> {
  const unanswered = new Map<string, string[]>();
  /** Returns the provider's answer; undefined if there is none, which is then noted in `unanswered`. */
  const ask = async <T>(what: string, question: Promise<T>): Promise<T | undefined> => {
    try {
      return await question;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      unanswered.set(error.message, [...(unanswered.get(error.message) ?? []), what]);
      return undefined;
    }
  };
  const [quota, suppressed, problems] = await Promise.all([
    ask('its quota', account.quota()),
    ask('its suppression list', account.suppressed(addresses)),
    ask('the sender', account.senderProblems(mail.sender.address)),
  ]);
  return {
    quota,
    suppressed,
    problems: [
      ...(problems ?? []).map(warning),
      ...[...unanswered].map(([reason, what]) =>
        warning(`Of the mail account, not checked: ${what.join(', ')}. ${reason}`),
      ),
    ],
  };
}

async function duration(
  mails: number,
  recipients: number,
  quota: MailQuota | undefined,
  mail: Settings['mail'],
  deps: PreflightDeps,
): Promise<number> {
  if (mails === 0) return 0;
  // The units are those that the pace counts, see `unitsOf`.
  const units = TRANSPORT_RULES[mail.transport].paceCounts === 'recipients' ? recipients : mails;
  const ours = ((await readPace(mail, deps)).lastOf(units) - deps.clock.now()) / 1000;
  const { perSecond, day } = quota ?? { perSecond: Number.POSITIVE_INFINITY, day: undefined };
  const theirs = mailDuration(recipients, { perSecond, perDay: day?.limit }, { day: day?.used ?? 0 });
  return Math.ceil(Math.max(ours, theirs, 0));
}

function quotaFindings(
  { perSecond, day }: MailQuota,
  recipients: number,
  seconds: number,
  mail: Settings['mail'],
  deps: PreflightDeps,
): Finding[] {
  const findings: Finding[] = [];
  const left = day ? Math.max(0, day.limit - day.used) : Number.POSITIVE_INFINITY;
  if (recipients > left) {
    const until = instant(deps.clock.now() + seconds * 1000).replace(/^(.+)T(.+):.+$/, '$1 $2 UTC');
    findings.push(
      warning(
        `The mail account allows ${count(left, 'more recipient')} in 24 hours (${day!.used} of ${day!.limit} are used), this mailing has ${recipients}: it will take until ${until} (${durationText(seconds)}). Ask the provider for a higher quota, or mail in parts.`,
      ),
    );
  }
  if (perSecond < mail.pace.perSecond && recipients > 1) {
    findings.push(
      info(
        `The mail account allows ${count(perSecond, 'recipient')} a second, less than mail.pace.perSecond (${mail.pace.perSecond}): the lower one counts.`,
      ),
    );
  }
  return findings;
}
