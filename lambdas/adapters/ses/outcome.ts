import { SESv2ServiceException } from '@aws-sdk/client-sesv2';
import type { MailOutcome } from '#core/ports.ts';

/** Every outcome but success. */
type Refusal = Exclude<MailOutcome, { state: 'accepted' }>;

/** Faults that every other mail would meet as well, and the remedy for each. */
const HELD: Readonly<Record<string, string>> = {
  MessageRejected:
    'verify the sender in the SES console; while the account is in the sandbox, the recipients as well',
  MailFromDomainNotVerifiedException: "finish the DNS records of the sender's MAIL FROM domain",
  AccountSuspendedException: 'see the account dashboard of the SES console',
  SendingPausedException: 'see the account dashboard of the SES console, and resume sending there',
  NotFoundException: 'deploy the stacks again, which make the configuration set',
};

/** Error codes that mean nothing was sent, because there was no connection yet. */
const UNREACHED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** Messages with the same meaning from the SDK's HTTP handler and from Node, which give no code for it. */
const NOT_CONNECTED = /did not establish a connection|before secure TLS connection was established/;

/** Decides what an error of the SDK means for a mail that must be sent only once. */
export function refusalOf(error: unknown): Refusal {
  const { name, message } = error as Error;
  const said = `${name}: ${message}`;
  if (error instanceof SESv2ServiceException) return refusalBySes(error, said);
  if (name === 'CredentialsProviderError') {
    return { state: 'held', reason: `There is no login to Amazon SES (${said}); check the role` };
  }
  const code = String((error as { code?: unknown }).code);
  if (UNREACHED.has(code) || NOT_CONNECTED.test(message)) {
    return { state: 'deferred', reason: `Amazon SES cannot be reached (${said})` };
  }
  return unknown(said);
}

function refusalBySes({ name, $metadata }: SESv2ServiceException, said: string): Refusal {
  const status = $metadata.httpStatusCode ?? 0;
  if (status === 429 || /^(Throttl|TooManyRequests|LimitExceeded|RequestLimitExceeded)/.test(name)) {
    return { state: 'deferred', reason: `Amazon SES takes no more mails for now (${said})` };
  }
  // A rejection may concern the content of one message, but an unverified identity stops all mails.
  const isContent = name === 'MessageRejected' && !/not verified/i.test(said);
  const remedy = isContent ? undefined : HELD[name];
  if (remedy) return { state: 'held', reason: `Amazon SES does not send (${said}); ${remedy}` };
  if (status === 401 || status === 403) {
    const check = "check the role's right to send with mail.sender.address";
    return { state: 'held', reason: `Amazon SES refuses the login (${said}); ${check}` };
  }
  if (status >= 400 && status < 500) {
    return { state: 'failed', reason: `Amazon SES refused the message (${said})` };
  }
  // A 503 says that the request failed; after a 500 SES itself does not know how far it came.
  if (status === 503) return { state: 'deferred', reason: `Amazon SES is busy (${said})` };
  return unknown(said);
}

const unknown = (said: string): Refusal => ({
  state: 'unknown',
  reason: `Amazon SES may have the message, but its answer was lost (${said}); ask the recipient before sending it again`,
});
