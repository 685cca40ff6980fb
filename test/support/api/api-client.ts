import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import { build } from 'esbuild';
import type { z } from 'zod';
import type { Problem } from '#http/problem.ts';
import type { customerAnswer } from '#http/schemas/customer.ts';
import type { deliveryAnswer } from '#http/schemas/delivery.ts';
import type { invoiceAnswer } from '#http/schemas/invoice.ts';
import type { mailAnswer } from '#http/schemas/mail.ts';
import type { listedRun, runAnswer } from '#http/schemas/run.ts';
import type { settingsAnswer } from '#http/schemas/settings.ts';

export type Customer = z.infer<typeof customerAnswer>;
export type Delivery = z.infer<typeof deliveryAnswer>;
export type Invoice = z.infer<typeof invoiceAnswer>;
export type Mail = z.infer<typeof mailAnswer>;
export type Run = z.infer<typeof runAnswer>;
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** The answer of each operation; a PDF is a Blob. */
interface Answers {
  getInfo: { readonly place: string; readonly company?: string };
  getSettings: z.infer<typeof settingsAnswer>;
  putSettings: { readonly changed: boolean; readonly notices: readonly string[] };
  sendTestMail: { readonly state: string };
  listCustomers: Page<Customer>;
  getCustomer: Customer;
  putCustomer: Customer;
  deleteCustomer: unknown;
  listDeliveries: Page<Delivery>;
  getDelivery: Delivery;
  putDelivery: Delivery;
  deleteDelivery: unknown;
  getDeliveryDocument: Blob;
  createInvoice: Invoice | Blob;
  previewInvoice: Blob;
  listInvoices: Page<Invoice>;
  getInvoice: Invoice;
  getInvoiceDocument: Blob;
  mailInvoice: Mail;
  cancelInvoice: Invoice | Blob;
  listMails: Page<Mail>;
  decideMail: Mail;
  startRun: Run;
  listRuns: Page<z.infer<typeof listedRun>>;
  getRun: Run;
  pauseRun: Run;
  resumeRun: Run;
  getPrintFile: Blob;
}

export interface CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface Answered<T> {
  /** The body of a success. */
  readonly data?: T;
  /** The problem in any other case. */
  readonly error?: Problem;
  readonly response: Response;
}

/** Every operation of the OpenAPI document as a function, as a public generator makes them. */
export type ApiClient = {
  readonly [Name in keyof Answers]: (options?: CallOptions) => Promise<Answered<Answers[Name]>>;
};

/**
 * Generates a client from an OpenAPI document in `folder/client`, with `@hey-api/openapi-ts`. An invalid
 * document is refused.
 * @returns a function that opens the client on an address
 */
export async function generateClient(
  document: object,
  folder: string,
): Promise<(baseUrl: string, fetch: (request: Request) => Promise<Response>, token?: string) => ApiClient> {
  const sources = join(folder, 'client');
  await createClient({
    input: document as Record<string, unknown>,
    output: sources,
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    parser: { validate_EXPERIMENTAL: 'strict' },
    logs: { level: 'silent', file: false },
  });
  const bundle = join(folder, 'client.mjs');
  await build({
    stdin: {
      contents: `export * from './sdk.gen'; export { createClient, createConfig } from './client';`,
      resolveDir: sources,
    },
    outfile: bundle,
    ...{ bundle: true, format: 'esm', platform: 'neutral', logLevel: 'error' },
  });
  const generated: Generated = await import(pathToFileURL(bundle).href);
  const { createClient: open, createConfig, ...operations } = generated;
  return (baseUrl, fetch, token) => {
    const client = open(createConfig({ baseUrl, fetch, ...(token === undefined ? {} : { auth: token }) }));
    const calls = Object.entries(operations as Record<string, (options: object) => unknown>).map(
      ([name, operation]) => [name, (options: CallOptions = {}) => operation({ ...options, client })],
    );
    return Object.fromEntries(calls);
  };
}

interface Generated {
  createClient(config: object): object;
  createConfig(config: object): object;
}
