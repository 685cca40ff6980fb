import { z } from 'zod';

export interface MailAddresses {
  /** In the order in which they were written, each once. */
  readonly valid: readonly string[];
  /** Entries that are not addresses, as they were written. */
  readonly malformed: readonly string[];
}

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * Parses a field that may hold several addresses, separated by commas or semicolons. Quoted local parts and
 * address literals are not accepted, and local parts must be ASCII, because few servers take others. Domains
 * may be international.
 */
export function mailAddresses(text: string): MailAddresses {
  const parts = text
    .split(/[,;]/)
    .map((part) => part.replace(/^ +| +$/g, ''))
    .filter((part) => part !== '');
  const valid = new Map<string, string>();
  for (const part of parts.filter(isMailAddress)) {
    const at = part.lastIndexOf('@');
    const same = part.slice(0, at) + part.slice(at).toLowerCase();
    if (!valid.has(same)) valid.set(same, part);
  }
  return { valid: [...valid.values()], malformed: parts.filter((part) => !isMailAddress(part)) };
}

/**
 * Decides whether a text is a mail address (RFC 5321): dot-string and domain, at most 64 and 255 octets, 254
 * in all, because a path of 256 octets includes two brackets.
 */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  if (!LOCAL_PART.test(local) || local.length > 64) return false;
  const domain = asciiDomain(text.slice(at + 1));
  return domain !== undefined && local.length + 1 + domain.length <= 254;
}

/** One mail address, as `isMailAddress` accepts it; the documents of the API call it an email. */
export const mailAddress = z
  .string()
  .trim()
  .refine(isMailAddress, 'is not a mail address such as buero@kunde.example')
  .meta({ format: 'email', maxLength: 254, example: 'buero@kunde.example' });

/**
 * Returns a mailbox in the one spelling that DNS and SMTP see, in lower case, so that two spellings of it
 * compare as equal.
 */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = asciiDomain(address.slice(at + 1)) ?? address.slice(at + 1);
  return `${address.slice(0, at)}@${domain}`.toLowerCase();
}

/**
 * Returns a domain as DNS and SMTP see it (punycode); undefined for what is not a domain of at least two
 * labels.
 */
function asciiDomain(domain: string): string | undefined {
  if (!domain.split('.').every((label) => LABEL.test(label))) return undefined;
  const ascii = URL.parse(`http://${domain}/`)?.hostname;
  const labels = ascii?.split('.') ?? [];
  const fits = labels.length > 1 && labels.every((label) => label !== '' && label.length <= 63);
  return fits && !/^\d+$/.test(labels.at(-1)!) ? ascii : undefined;
}
