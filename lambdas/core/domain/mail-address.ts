import { z } from 'zod';

export interface MailAddresses {
  /** In their order, each once. */
  readonly valid: readonly string[];
  /** What is no address, as it was written. */
  readonly malformed: readonly string[];
}

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * The addresses of a field that may hold several, separated by commas or semicolons. Quoted local parts and address
 * literals are not accepted, and local parts are ASCII: few servers take others. Domains may be international.
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

/** RFC 5321: dot-string and domain; at most 64 and 255 octets, 254 in all (a path has two brackets of its 256). */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  if (!LOCAL_PART.test(local) || local.length > 64) return false;
  const domain = asciiDomain(text.slice(at + 1));
  return domain !== undefined && local.length + 1 + domain.length <= 254;
}

/** One address, as `isMailAddress` has it; what a document of the API calls an email. */
export const mailAddress = z
  .string()
  .trim()
  .refine(isMailAddress, 'is not a mail address such as buero@kunde.example')
  .meta({ format: 'email', maxLength: 254, example: 'buero@kunde.example' });

/** The same for two spellings of one mailbox: as DNS and SMTP see it, in lower case. */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = asciiDomain(address.slice(at + 1)) ?? address.slice(at + 1);
  return `${address.slice(0, at)}@${domain}`.toLowerCase();
}

/** As DNS and SMTP see it (punycode); undefined for what is no domain of at least two labels. */
function asciiDomain(domain: string): string | undefined {
  if (!domain.split('.').every((label) => LABEL.test(label))) return undefined;
  const ascii = URL.parse(`http://${domain}/`)?.hostname;
  const labels = ascii?.split('.') ?? [];
  const fits = labels.length > 1 && labels.every((label) => label !== '' && label.length <= 63);
  return fits && !/^\d+$/.test(labels.at(-1)!) ? ascii : undefined;
}
