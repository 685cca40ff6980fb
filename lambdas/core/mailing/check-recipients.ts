import type { Customer } from '#core/domain/customer.ts';
import { type Finding, warning } from '#core/domain/finding.ts';
import { isMailAddress, mailAddresses, mailboxOf } from '#core/domain/mail-address.ts';
import type { Settings } from '#core/domain/settings.ts';
import { recipientsOf } from './create-mail.ts';

/** Maps each mailbox (see `mailboxOf`) that gets no mail to the reason why. */
export type Blocked = ReadonlyMap<string, string>;

export interface CheckedRecipients {
  /** The mailboxes that get this customer's mail. If there are none, the invoice is printed. */
  readonly mailboxes: readonly string[];
  readonly findings: readonly Finding[];
}

/** A suppression is lifted by the command `suppressed lift` or by the HTTP API. */
const REMEDY = 'correct the address, or lift its suppression where the mailbox is well again';

/**
 * Tells who would get the invoice of a customer who wants it by mail, and which of the customer's addresses
 * would get nothing.
 */
export function checkCustomer(
  customer: Customer,
  settings: Pick<Settings, 'mail'>,
  blocked: Blocked,
): CheckedRecipients {
  const { recipients } = recipientsOf(customer, settings);
  const reached = recipients.filter(({ address }) => !blocked.has(mailboxOf(address)));
  const to = problemsOf(mailAddresses(customer.invoiceEmail), blocked);
  const copies = [customer.cc, customer.bcc].flatMap((text) => problemsOf(mailAddresses(text), blocked));
  const isMailed = reached.some(({ kind }) => kind === 'to');
  const who = `Customer ${customer.number} (${customer.name})`;
  const finding = (text: string): Finding => ({ ...warning(text), customer: customer.number });
  if (!isMailed) {
    const why = to.length > 0 ? to.join('; ') : 'there is no invoice mail address';
    const remedy = to.length > 0 ? REMEDY : 'enter one, or let invoices be printed';
    return {
      mailboxes: [],
      findings: [finding(`${who} wants invoices by mail, and it would be printed: ${why}; ${remedy}.`)],
    };
  }
  const leftOut = [...to, ...copies];
  return {
    mailboxes: reached.map(({ address }) => mailboxOf(address)),
    findings:
      leftOut.length > 0
        ? [finding(`${who}: the mail goes to the others alone, as ${leftOut.join('; ')}.`)]
        : [],
  };
}

/**
 * Checks the addresses that get a copy of every mail (`mail.cc` and `mail.bcc`) for malformed and blocked
 * ones.
 */
export function checkCopies({ mail }: Pick<Settings, 'mail'>, blocked: Blocked): Finding[] {
  return (['cc', 'bcc'] as const).flatMap((field) =>
    problemsOf(mailAddresses(mail[field].join()), blocked).map((problem) =>
      warning(`Of the copies of each mail (mail.${field}), ${problem}: correct the settings.`),
    ),
  );
}

const problemsOf = ({ valid, malformed }: ReturnType<typeof mailAddresses>, blocked: Blocked): string[] => [
  ...malformed.map((text) => `"${text}" is malformed (${faultOf(text)})`),
  ...valid.flatMap((address) => {
    const reason = blocked.get(mailboxOf(address));
    return reason === undefined ? [] : [`${address} gets no mail, as ${reason}`];
  }),
];

/** Tells on which side of the @ the text fails to be a mail address. */
function faultOf(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return 'without @';
  if (isMailAddress(`x@${text.slice(at + 1)}`)) return 'before the @';
  return isMailAddress(`${text.slice(0, at)}@dairy.example`) ? 'after the @' : 'before and after the @';
}
