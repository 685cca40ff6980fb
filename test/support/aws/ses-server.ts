import type { AddressInfo } from 'node:net';
import type { SESv2Client, SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import localSes from 'aws-ses-v2-local';
import { createSesAccountClient, createSesClient } from '#adapters/ses/client.ts';

/** A mail as the server has parsed it; the addresses are those of the message's headers. */
export interface SesMail {
  readonly messageId: string;
  readonly from: string;
  readonly destination: { readonly to: readonly string[]; readonly cc: readonly string[] };
  readonly subject: string;
  readonly body: { readonly text?: string; readonly html?: string };
  readonly attachments: readonly { readonly filename: string; readonly content: string }[];
}

export interface SesServer {
  readonly endpoint: string;
  readonly client: SESv2Client;
  stored(): Promise<readonly SesMail[]>;
  close(): Promise<void>;
}

/** The account that the server reports. It reads it from its environment and accepts only a complete one. */
const ACCOUNT = {
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [],
    ContactLanguage: 'EN',
    MailType: 'TRANSACTIONAL',
    ReviewDetails: { CaseId: '', Status: 'GRANTED' },
    UseCaseDescription: '',
    WebsiteURL: '',
  },
  EnforcementStatus: 'HEALTHY',
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { Max24HourSend: 50_000, MaxSendRate: 1000, SentLast24Hours: 0 },
  SuppressionAttributes: { SuppressedReasons: [] },
};

/**
 * Starts aws-ses-v2-local on the loopback. It accepts every mail of up to some 18 MB and returns what it has
 * parsed; it reports a quota, and knows no other call about an account.
 */
export async function startSesServer(): Promise<SesServer> {
  process.env.AWS_SES_ACCOUNT = JSON.stringify(ACCOUNT);
  const server = await localSes.default({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await fetch(`${endpoint}/clear-store`, { method: 'POST' });
  return {
    endpoint,
    client: sesClient(endpoint),
    stored: async () => ((await (await fetch(`${endpoint}/store`)).json()) as { emails: SesMail[] }).emails,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const here = (endpoint: string): SESv2ClientConfig => ({
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

export const sesClient = (endpoint: string, config: SESv2ClientConfig = {}): SESv2Client =>
  createSesClient({ ...here(endpoint), ...config });

export const sesAccountClient = (endpoint: string): SESv2Client => createSesAccountClient(here(endpoint));
