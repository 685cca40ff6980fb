import { SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';

/** Shorter than the lease of a mail. */
const ANSWER_MS = 60_000;

/**
 * A client for `createSesMailer`. It tries nothing twice: an attempt without an answer may have sent the mail. And it
 * keeps no connection for the next mail: SES may close it in the meantime, above all while a function sleeps, and
 * nobody could tell whether the mail that found it closed had gone through.
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
 * A client for `createSesAccount`. Its questions may be repeated, and must be: SES takes one of the kind a second
 * (SES developer guide, "Service quotas").
 */
export const createSesAccountClient = (config: SESv2ClientConfig = {}): SESv2Client =>
  new SESv2Client({
    maxAttempts: 6,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
    ...config,
  });
