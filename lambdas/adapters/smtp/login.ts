import type { SmtpSettings } from './settings.ts';

export type LoginMethod = 'PLAIN' | 'LOGIN' | 'CRAM-MD5';

/** Login methods in the order in which `auto` tries them. */
const METHODS: readonly LoginMethod[] = ['PLAIN', 'LOGIN', 'CRAM-MD5'];

/**
 * Chooses the method to log in with from those that the server offers in its answer to EHLO (RFC 4954 section
 * 3).
 * @returns the method, or why there is none and which setting to change
 */
export function chooseLogin(
  { login, encryption }: Pick<SmtpSettings, 'login' | 'encryption'>,
  ehloReply: string,
): { readonly method: LoginMethod } | { readonly problem: string; readonly remedy: string } {
  const offered = offeredIn(ehloReply);
  const fixed = METHODS.find((it) => it.toLowerCase() === login);
  const method = (fixed ? [fixed] : METHODS).find((it) => offered.includes(it));
  if (method) return { method };
  if (offered.length === 0) {
    const onlyOverTls = encryption === 'none' && /^250[ -]STARTTLS\b/im.test(ehloReply);
    return {
      problem: 'it offers no login on this connection',
      remedy: onlyOverTls
        ? 'set mail.smtp.encryption to starttls, which many servers want first'
        : 'set mail.smtp.port to the one your provider names for sending (mostly 587), or empty mail.smtp.user if it wants no login',
    };
  }
  const list = offered.join(', ');
  if (!fixed) {
    return {
      problem: `it offers no login that is spoken here (PLAIN, LOGIN, CRAM-MD5), only ${list}`,
      remedy: 'ask your provider for another way to log in, such as a password for applications',
    };
  }
  return {
    problem: `it offers no login by ${fixed}, only ${list}`,
    remedy: 'set mail.smtp.login to auto',
  };
}

/** Reads the login methods from an answer to EHLO. Servers older than the standard write `AUTH=LOGIN`. */
const offeredIn = (ehloReply: string): readonly string[] => [
  ...new Set(
    [...ehloReply.matchAll(/^250[ -]AUTH[ =]([^\r\n]*)/gim)].flatMap(([, names]) =>
      names!
        .split(/[\s=]+/)
        .filter((name) => name !== '')
        .map((name) => name.toUpperCase()),
    ),
  ),
];
