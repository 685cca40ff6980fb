import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { readPageTree } from '#adapters/pdf/page-tree.ts';
import type { PrintableDocument } from '#core/ports.ts';
import { createApp } from '#http/app.ts';
import { loadDairy } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { localHttp } from '#wiring/local-http.ts';
import { benchSet } from './bench-set.ts';

const CALLS = 200;
const WARM_UP = 20;
/** This many lines fill two pages. */
const LINES = 45;

/** Half of the calls and 95 % of the calls take at most this many milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

export interface InstantTimes {
  /** The time from the call to the last byte of the PDF. */
  readonly http: Percentiles;
  /** The part that is printing: two printings, the second one with the sums that are carried over. */
  readonly printing: Percentiles;
  /** One printing of the same HTML as it stands. */
  readonly bare: Percentiles;
}

/**
 * Times instant invoices of two pages, one after the other over HTTP on a warm program. After each of them
 * the same browser prints its HTML alone, for comparison. Every other customer gets a mail, which is sent
 * behind the call.
 */
export async function timeInstantInvoices(smtpPort: number): Promise<InstantTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const program = openData(folder, 'chrome');
  let last: PrintableDocument | undefined;
  let printing = 0;
  const printer: typeof program.printer = {
    ...program.printer,
    async render(documents) {
      last = documents[0];
      const start = performance.now();
      const results = await program.printer.render(documents);
      printing = performance.now() - start;
      return results;
    },
  };
  const { deps, settled } = localHttp({ ...program, printer }, { host: '127.0.0.1', apiToken: undefined });
  const server = createAdaptorServer({ fetch: createApp(deps).fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/invoices`;
  try {
    const set = benchSet(CALLS, smtpPort);
    await loadDairy(program, [], set.customers, set.settings);
    const times = { http: [] as number[], printing: [] as number[], bare: [] as number[] };
    for (let call = 0; call < WARM_UP + CALLS; call++) {
      const customer = set.customers[call % CALLS]!;
      const http = await timed(() => bill(url, customer.number, call));
      await settled();
      const { name, html } = last!;
      const bare = await timed(() => program.printer.render([{ name, html }]));
      if (call < WARM_UP) continue;
      times.http.push(http);
      times.printing.push(printing);
      times.bare.push(bare);
    }
    return {
      http: percentiles(times.http),
      printing: percentiles(times.printing),
      bare: percentiles(times.bare),
    };
  } finally {
    server.close();
    await settled();
    await program.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bill(url: string, customer: string, call: number): Promise<void> {
  const lines = Array.from({ length: LINES }, (_, index) => ({
    position: index + 1,
    article: String(100 + index),
    description: `Naturjoghurt ${(index % 4) * 50 + 150} g`,
    quantity: ((call * 7 + index) % 40) + 1,
    unitPrice: '0.8915',
    vatRate: 7,
  }));
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/pdf',
      'idempotency-key': `call-${call}`,
    },
    body: JSON.stringify({ customer, lines }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 201) throw new Error(`${answer.status}: ${body}`);
  const { pages } = readPageTree(body);
  if (pages !== 2) throw new Error(`an invoice has ${pages} pages`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function percentiles(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1]!;
  return { p50: at(0.5), p95: at(0.95) };
}
