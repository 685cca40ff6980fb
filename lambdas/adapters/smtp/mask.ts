import type { SmtpSettings } from './settings.ts';

type Secret = Pick<SmtpSettings, 'user' | 'password'>;

/** Cleans a server's text: one line, no control characters, no password, at most 400 characters. */
export function plain(text: string, secret: Secret): string {
  const line = text
    .replace(/\r?\n(?:\d{3}[- ])?/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim();
  return mask(line, secret).slice(0, 400);
}

/**
 * Masks the password in every form a server may return: as it is, in base64 (also within a longer text, as
 * SASL sends it), URL-encoded, in JSON, and the CRAM-MD5 digest, from which a short password can be guessed.
 * It may mask too much: a password that is a common word removes that word from all replies.
 */
export function mask(text: string, secret: Secret): string {
  if (!secret.password) return text;
  const spelled = spellings(secret.password).reduce(
    (masked, spelling) => masked.replace(new RegExp(RegExp.escape(spelling), 'gi'), '***'),
    text,
  );
  return spelled
    .replace(/[A-Za-z0-9+/_-]{4,}={0,2}/g, (word) => (hides(word, secret) ? '***' : word))
    .replace(digestOf(secret, 'g'), '***');
}

/** Returns the password's spellings, longest first, so that masking one leaves no rest of a longer one. */
function spellings(password: string): readonly string[] {
  const json = JSON.stringify(password).slice(1, -1);
  const ascii = json.replace(
    /[^\u0000-\u007f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const url = encodeURIComponent(password.toWellFormed());
  const bytes = Buffer.from(password);
  const all = [
    password,
    bytes.toString('latin1'), // nodemailer reads a reply that is not valid UTF-8 as Latin-1
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    url,
    url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
    new URLSearchParams([['', password]]).toString().slice(1),
    json,
    ascii,
    ascii.replaceAll('/', '\\/'),
    password.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    password.replace(/[&<>"]/g, (sign) => HTML[sign] ?? sign),
  ];
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Decides whether the word is base64 of a text that contains the password; it may begin in the middle of a
 * longer word.
 */
function hides(word: string, secret: Secret): boolean {
  return [0, 1, 2, 3].some((skipped) => {
    const decoded = Buffer.from(word.slice(skipped), 'base64').toString();
    return decoded.includes(secret.password!) || digestOf(secret).test(decoded);
  });
}

/** Matches a CRAM-MD5 response (RFC 2195): the user's name, a space, and 32 hexadecimal digits. */
const digestOf = ({ user }: Secret, flags = ''): RegExp =>
  new RegExp(`${RegExp.escape(user)} [0-9a-f]{32}`, flags);
