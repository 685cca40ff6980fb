import { SESv2ServiceException } from '@aws-sdk/client-sesv2';
import type { MailOutcome } from '#core/ports.ts';

/** Every outcome but success. */
type Refusal = Exclude<MailOutcome, { state: 'accepted' }>;

/** What every other mail would meet as well, and what mends it. */
const HELD: Readonly<Record<string, string>> = {
  MessageRejected:
    'verify the sender in the SES console; while the account is in the sandbox, the recipients as well',
  MailFromDomainNotVerifiedException: "finish the DNS records of the sender's MAIL FROM domain",
  AccountSuspendedException: 'see the account dashboard of the SES console',
  SendingPausedException: 'see the account dashboard of the SES console, and resume sending there',
  NotFoundException: 'deploy the stacks again, which make the configuration set',
};

/** Nothing went out: there was no connection yet. */
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
/** Of the SDK's HTTP handler, and of Node, which have no codes of their own for it. */
const NOT_CONNECTED = /did not establish a connection|before secure TLS connection was established/;

/** What an error of the SDK means for a mail that was to be sent once. */
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
  // One message may be rejected for what it holds; an identity that is not verified stops them all.
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
  // It says that the request has failed; a 500 says that it does not know itself how far it came.
  if (status === 503) return { state: 'deferred', reason: `Amazon SES is busy (${said})` };
  return unknown(said);
}

const unknown = (said: string): Refusal => ({
  state: 'unknown',
  reason: `Amazon SES may have the message, but its answer was lost (${said}); ask the recipient before sending it again`,
});
