import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import type { MailOutcome } from '#core/ports.ts';
import type { SmtpSettings } from './settings.ts';

/** Every outcome but success. */
export type Refusal = Exclude<MailOutcome, { state: 'accepted' }>;

/** Login wanted, too weak, refused, or wanted over TLS (RFC 4954 section 6), whichever command they answer. */
const LOGIN_CODES = new Set([530, 534, 535, 538]);
/** RFC 1870 section 6.1: the message is larger than this server ever takes. */
const TOO_LARGE = 552;
const UNKNOWN_COMMAND = new Set([500, 502]);

/**
 * What a failed step means for the message, by reply code and command (RFC 5321 section 4.2.1: 4yz may pass later,
 * 5yz will not). `handedOver` says whether the server could have the whole message already.
 */
export function refusalOf(error: SMTPError, settings: SmtpSettings, handedOver: boolean): Refusal {
  const code = error.responseCode ?? 0;
  const command = error.command ?? '';
  const temporary = code >= 400 && code < 500;
  const server = serverName(settings);
  const said = saidBy(error, settings);

  if (handedOver) {
    if (command !== 'DATA' || code < 400) {
      return {
        state: 'unknown',
        reason: `${server} had the whole message, but its answer was lost (${said}); ask the recipient before sending it again`,
      };
    }
    if (temporary)
      return { state: 'deferred', reason: `${server} did not take the message for now: ${said}` };
    return { state: 'failed', reason: `${server} refused the message: ${said}` };
  }
  if (isTlsFault(error)) {
    return {
      state: 'held',
      reason: `No encrypted connection to ${server} came about: ${said}; check mail.smtp.encryption and mail.smtp.port`,
    };
  }
  if (temporary) return { state: 'deferred', reason: `${server} cannot take the mail now: ${said}` };
  if (LOGIN_CODES.has(code) || (command.startsWith('AUTH') && code > 0)) return loginRefusal(settings, said);
  switch (command) {
    case 'STARTTLS':
      return noEncryption(server, said);
    case 'EHLO':
      // A server that does not know EHLO (RFC 5321 section 4.1.1.1) has no STARTTLS either.
      if (settings.encryption === 'starttls' && UNKNOWN_COMMAND.has(code)) return noEncryption(server, said);
      break;
    case 'MAIL FROM':
      if (code === TOO_LARGE || code === 0) {
        return { state: 'failed', reason: `The message is too large for ${server}: ${said}` };
      }
      return {
        state: 'held',
        reason: `${server} refuses this sender: ${said}; check mail.sender.address and mail.smtp.user`,
      };
    case 'RCPT TO':
      return { state: 'failed', reason: `${server} refused every recipient: ${said}` };
    case 'DATA':
      if (code >= 500) return { state: 'failed', reason: `${server} refused the message: ${said}` };
  }
  return {
    state: 'deferred',
    reason: `No message could be handed over to ${server}: ${said}; check mail.smtp.host and mail.smtp.port if this goes on`,
  };
}

/** What the server said, of each recipient where it refused several. */
function saidBy(error: SMTPError, settings: SmtpSettings): string {
  const each = (error.rejectedErrors ?? []).map(
    (refused) => `${refused.recipient}: ${refused.response ?? refused.message}`,
  );
  return plain(each.join('; ') || (error.response ?? error.message), settings);
}

export const serverName = ({ host, port }: SmtpSettings): string => `the mail server ${host}:${port}`;

export function loginRefusal(settings: SmtpSettings, said: string): Refusal {
  const check =
    settings.user === ''
      ? 'set mail.smtp.user'
      : 'check mail.smtp.user, mail.smtp.password and mail.sender.address';
  return { state: 'held', reason: `${serverName(settings)} wants another login: ${said}; ${check}` };
}

function noEncryption(server: string, said: string): Refusal {
  return {
    state: 'held',
    reason: `${server} offers no STARTTLS: ${said}; set mail.smtp.encryption to tls if this port is encrypted from the start`,
  };
}

/** OpenSSL's own errors: other protocol versions, or a port that does not speak TLS at all. */
function isTlsFault(error: SMTPError): boolean {
  return /^ERR_(?:SSL|TLS)_/.test(error.originalCode ?? String(error.code ?? ''));
}

/** One line, no control characters, no password, not endless. */
export function plain(text: string, settings: SmtpSettings): string {
  const line = text
    .replace(/\r?\n(?:\d{3}[- ])?/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim();
  return mask(line, settings).slice(0, 400);
}

/** Blots out the password, also as SASL sends it. */
export function mask(text: string, { user, password }: SmtpSettings): string {
  if (!password) return text;
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  return [base64(`\0${user}\0${password}`), base64(password), password].reduce(
    (masked, secret) => masked.replaceAll(secret, '***'),
    text,
  );
}
