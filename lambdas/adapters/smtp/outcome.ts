import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import type { MailOutcome, RefusedRecipient } from '#core/ports.ts';
import { connectionFault, faultText, isTlsFault, serverName, tlsFault } from './connection-fault.ts';
import { plain } from './mask.ts';
import type { SmtpSettings } from './settings.ts';

/** Every outcome but success. */
export type Refusal = Exclude<MailOutcome, { state: 'accepted' }>;

/**
 * Reply codes for a login that is required, too weak, refused, or only allowed over TLS (RFC 4954 section 6),
 * at any command.
 */
const LOGIN_CODES = new Set([530, 534, 535, 538]);
/** The message is larger than this server ever accepts (RFC 1870 section 6.1). */
const TOO_LARGE = 552;
const UNKNOWN_COMMAND = new Set([500, 502]);
/** How Postfix, Exim, Exchange and sendmail say that they do not relay mail for strangers. */
const NO_RELAY =
  /relay(?:ing)?\b.{0,40}(?:den|prohibit|not |refus|reject)|(?:cannot|unable to|not .{0,20}) relay/i;
/** How servers refuse the sender that check it only when the first recipient is named. */
const SENDER =
  /sender (?:address |domain )?(?:is )?(?:rejected|refused|denied|not allowed)|not owned by|(?:send|submit) as /i;

/**
 * How servers name a sending limit of the sender's account. A full mailbox (5.2.2) is the recipient's and not
 * meant.
 */
const LIMIT =
  /\b5\.4\.5\b|SubmissionQuotaExceeded|(?:daily|hourly|sending|submission|outgoing|rate)\W+(?:\w+\W+){0,3}(?:limit|quota)/i;

/**
 * Recognizes that the final dot was never sent: it is written last before the answer, so a failed write means
 * it never left. A failed read says nothing of the kind.
 */
const UNSENT = /^write (?:EPIPE|ECONNRESET)$/;

/**
 * Decides what a failed step means for the message, by reply code and command (RFC 5321 section 4.2.1: 4yz
 * may pass later, 5yz will not).
 * @param handedOver whether the server may already have the whole message
 */
export function refusalOf(error: SMTPError, settings: SmtpSettings, handedOver: boolean): Refusal {
  const code = error.responseCode ?? 0;
  const command = error.command ?? '';
  const temporary = isTemporary(code);
  const server = serverName(settings);
  const said = saidBy(error, settings);

  if (handedOver) {
    if (UNSENT.test(error.message)) {
      return { state: 'deferred', reason: `${server} hung up before it had the whole message: ${said}` };
    }
    if (command !== 'DATA' || code < 400) {
      return {
        state: 'unknown',
        reason: `${server} had the whole message, but its answer was lost (${said}); ask the recipient before sending it again`,
      };
    }
    if (temporary)
      return { state: 'deferred', reason: `${server} did not take the message for now: ${said}` };
    // Exchange checks the sender only when it has the message.
    return (
      refusalOfAll(error, settings, said) ?? {
        state: 'failed',
        reason: `${server} refused the message: ${said}`,
      }
    );
  }
  if (code === 0 && isTlsFault(error)) return { state: 'held', reason: tlsFault(error, settings) };
  if (temporary) {
    const advice = everyReply(error, NO_RELAY) ? `; ${relayRemedy(settings)}` : '';
    return { state: 'deferred', reason: `${server} cannot take the mail now: ${said}${advice}` };
  }
  if (LOGIN_CODES.has(code) || (command.startsWith('AUTH') && code > 0)) {
    return loginRefusal(error, settings, said);
  }
  switch (command) {
    case 'STARTTLS':
      return noEncryption(settings, code, said);
    case 'EHLO':
      // A server that does not know EHLO (RFC 5321 section 4.1.1.1) has no STARTTLS either.
      if (settings.encryption === 'starttls' && UNKNOWN_COMMAND.has(code))
        return noEncryption(settings, code, said);
      break;
    case 'MAIL FROM':
      if (code === TOO_LARGE || code === 0) {
        return { state: 'failed', reason: `The message is too large for ${server}: ${said}` };
      }
      return noSender(settings, said);
    case 'RCPT TO':
      if (everyReply(error, NO_RELAY)) return noRelay(settings, said);
      if (settings.user === '' && everyReply(error, USERS_ALONE)) return loginRefusal(error, settings, said);
      return (
        refusalOfAll(error, settings, said) ?? {
          state: 'failed',
          reason: `${server} refused every recipient: ${said}`,
        }
      );
    case 'DATA':
      if (code < 500) break;
      return (
        refusalOfAll(error, settings, said) ?? {
          state: 'failed',
          reason: `${server} refused the message: ${said}`,
        }
      );
  }
  return {
    state: 'deferred',
    reason:
      connectionFault(error, settings) ??
      `No message could be handed over to ${server}: ${said}; check mail.smtp.host and mail.smtp.port if this goes on`,
  };
}

/** Returns the recipients that the server refused one by one, in the order of the envelope. */
export const refusedOf = (
  errors: readonly SMTPError[] | undefined,
  settings: SmtpSettings,
): readonly RefusedRecipient[] =>
  (errors ?? []).map((error) => ({
    address: String(error.recipient),
    reply: plain(error.response ?? error.message, settings),
    temporary: isTemporary(error.responseCode ?? 0),
  }));

/**
 * How a port for users alone (Postfix: `permit_sasl_authenticated, reject`) refuses at RCPT. The code is part
 * of the pattern, because others say "550 5.4.1 Access denied" of recipients they do not know.
 */
const USERS_ALONE = /^554[ -]5\.7\.1 .*access denied/i;

const isTemporary = (code: number): boolean => code >= 400 && code < 500;

/** Returns what the server said, for each recipient if it refused several. */
function saidBy(error: SMTPError, settings: SmtpSettings): string {
  const each = (error.rejectedErrors ?? []).map(
    (refused) => `${refused.recipient}: ${refused.response ?? refused.message}`,
  );
  return each.length > 0 ? plain(each.join('; '), settings) : faultText(error, settings);
}

/**
 * Decides whether the pattern matches the reply to every recipient. Addresses are ignored, because one may
 * well be called relay@.
 */
const everyReply = (error: SMTPError, pattern: RegExp): boolean =>
  (error.rejectedErrors?.length ? error.rejectedErrors : [error]).every(({ response, message }) =>
    pattern.test((response ?? message).replace(/\S*@\S*/g, '')),
  );

/**
 * Describes a login that is required or refused; at MAIL and RCPT also a sender that the login may not use.
 */
function loginRefusal(error: SMTPError, settings: SmtpSettings, said: string): Refusal {
  const server = serverName(settings);
  const held = (what: string, remedy: string): Refusal => ({
    state: 'held',
    reason: `${server} ${what}: ${said}; ${remedy}`,
  });
  if (
    (settings.encryption === 'none' || settings.encryption === 'starttls-if-offered') &&
    (error.responseCode === 538 || /\bTLS\b|STARTTLS|encrypt/i.test(said))
  ) {
    return held('wants encryption first', 'set mail.smtp.encryption to starttls or tls');
  }
  if (settings.user === '') {
    return held('wants a login', 'set mail.smtp.user and mail.smtp.password');
  }
  if (!error.command?.startsWith('AUTH')) {
    return held('wants another login', 'check mail.smtp.user, mail.smtp.password and mail.sender.address');
  }
  return held(
    `refuses the login of ${plain(settings.user, settings)}`,
    'check mail.smtp.user and mail.smtp.password; some providers want a password of its own for programs',
  );
}

function noEncryption(settings: SmtpSettings, code: number, said: string): Refusal {
  const server = serverName(settings);
  const unknown = settings.encryption === 'starttls' && UNKNOWN_COMMAND.has(code);
  const elsewhere = 'set mail.smtp.encryption to tls and mail.smtp.port to 465 if your provider has that';
  const reason = unknown
    ? `${server} offers no STARTTLS: ${said}; ${elsewhere}, or mail.smtp.encryption to starttls-if-offered if the mails may go unencrypted`
    : `${server} refuses STARTTLS: ${said}; have the server mended, or ${elsewhere}`;
  return { state: 'held', reason };
}

/** Returns the refusal if every other mail would meet it as well, at whichever step it is said. */
function refusalOfAll(error: SMTPError, settings: SmtpSettings, said: string): Refusal | undefined {
  if (everyReply(error, SENDER)) return noSender(settings, said);
  if (everyReply(error, LIMIT)) {
    return {
      state: 'held',
      reason: `${serverName(settings)} takes no more mails for now, by a limit of its own: ${said}; set mail.pace below that limit`,
    };
  }
  return undefined;
}

const noSender = (settings: SmtpSettings, said: string): Refusal => ({
  state: 'held',
  reason: `${serverName(settings)} refuses this sender: ${said}; check mail.sender.address and mail.smtp.user`,
});

/**
 * Without a login every other mail would be refused too; with one, the refusal may concern this recipient
 * only.
 */
function noRelay(settings: SmtpSettings, said: string): Refusal {
  return {
    state: settings.user === '' ? 'held' : 'failed',
    reason: `${serverName(settings)} takes no mail for other domains from us: ${said}; ${relayRemedy(settings)}`,
  };
}

const relayRemedy = ({ user }: SmtpSettings): string =>
  user === ''
    ? "log in with mail.smtp.user and mail.smtp.password, or set mail.smtp.host to your own provider's server"
    : 'set mail.smtp.host to the server of the provider that mail.smtp.user and mail.sender.address belong to';
