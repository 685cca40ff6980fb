import { SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';

/** Timeout for an answer in milliseconds; must be shorter than the lease of a mail. */
const ANSWER_MS = 60_000;

/**
 * Creates a client for `createSesMailer`. It never retries, because an attempt without an answer may have
 * sent the mail. And it keeps no connection for the next mail: SES may close it in the meantime, above all
 * while a function is frozen, and nobody could tell whether the mail that met the closed connection had gone
 * through.
 */
export const createSesClient = (config: SESv2ClientConfig = {}): SESv2Client =>
  new SESv2Client({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false },
    },
    ...config,
  });

/**
 * Creates a client for `createSesAccount`. Its questions may be repeated, and must be, because SES accepts
 * only one of each kind a second (SES developer guide, "Service quotas").
 */
export const createSesAccountClient = (config: SESv2ClientConfig = {}): SESv2Client =>
  new SESv2Client({
    maxAttempts: 6,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
    ...config,
  });
