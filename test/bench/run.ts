import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadDairy } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { startMailCounter } from '#test/support/mail/mail-counter.ts';
import { benchInvoices, benchSet } from './bench-set.ts';
import type { Billing } from './billing.ts';
import { type Percentiles, timeInstantInvoices } from './instant.ts';
import { measureMailing } from './mail-rate.ts';

/**
 * Measures a month of 1,000 two-page invoices on one machine. First the same HTML is printed alone with the
 * same warm browser. Then a process of its own does the whole run (plan, numbers, documents, archive, closed
 * books) with its mails to a server on the loopback, and the memory of that process and its browser is
 * watched. Then come instant invoices over HTTP, one after the other, beside the printing of their HTML, and
 * at last mails beside those of a bare nodemailer loop.
 * `npm run bench -- 200` takes another number of invoices.
 */
const count = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const server = await startMailCounter();
try {
  const set = benchSet(count, server.port);
  const program = openData(folder, 'chrome');
  const importing = await seconds(() => loadDairy(program, set.notes, set.customers, set.settings));
  const templates = await program.openTemplates({});
  const texts = benchInvoices(set).map((invoice) =>
    templates.invoice(invoice, { draft: false, pdf: set.settings.pdf }),
  );
  await program.printer.render([{ name: 'warm-up', ...texts[0]! }]);
  let pages = 0;
  const bare = await seconds(async () => {
    for (let at = 0; at < texts.length; at += 20) {
      const batch = texts.slice(at, at + 20).map((text, n) => ({ name: `${at + n}`, ...text }));
      for (const result of await program.printer.render(batch))
        pages += result.ok ? result.pages : Number.NaN;
    }
  });
  await program.close();

  const { documents, whole, report, memory } = await billing();
  console.log(`${count} invoices, ${pages / count} pages each, ${set.notes.length} notes`);
  row('import of customers and notes', importing);
  row('bare printing of the same HTML', bare);
  row('run up to the last document', documents);
  row('whole run with closed books and mails', whole);
  console.log(
    `run / bare printing: ${(documents / bare).toFixed(2)} without mails, ${(whole / bare).toFixed(2)} with`,
  );
  console.log(`states: ${JSON.stringify(report.counts)} ${JSON.stringify(report.delivery)}`);
  memoryRow('process and browser', memory, 200);
  const { http, printing, bare: once } = await timeInstantInvoices(server.port);
  console.log('instant invoice over HTTP, two pages, warm, 200 calls');
  percentiles('from the call to its PDF', http);
  percentiles('of which printing, with sums carried over', printing);
  percentiles('bare printing of the same HTML', once);
  const [median, slow] = [http.p50 / once.p50, http.p95 / once.p95];
  console.log(`call / bare printing: ${median.toFixed(2)} at p50, ${slow.toFixed(2)} at p95 (at most 4)`);
  const mailing = await measureMailing(2000, 3, count < 1000 ? 2000 : 20_000);
  console.log('mails with two attachments of 30 KB to a server on loopback, 4 connections');
  for (const { bare, wire, ours } of mailing.rounds) {
    const rate = (a: number) => `${a.toFixed(0).padStart(5)} a second (${(a / bare).toFixed(2)})`;
    console.log(
      `  bare nodemailer loop ${rate(bare)}, composed and handed over ${rate(wire)}, filed, with lease, mark and answer on the disk ${rate(ours)}`,
    );
  }
  memoryRow('the mailing process', mailing.memory, 2000);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function billing(): Promise<Billing> {
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=8',
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'billing.ts'),
    ],
    { env: { ...process.env, DATA_DIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return JSON.parse(await text(child.stdout));
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function row(name: string, took: number): void {
  const each = ((took * 1000) / count).toFixed(1);
  console.log(`${name.padEnd(40)} ${took.toFixed(1).padStart(7)} s ${each.padStart(7)} ms an invoice`);
}

function memoryRow(of: string, memory: readonly { done: number; pss: number }[], from: number): void {
  const first = memory.find(({ done }) => done >= from) ?? memory[0];
  const last = memory.at(-1);
  if (!first || !last) return;
  const growth = ((last.pss / first.pss - 1) * 100).toFixed(1);
  console.log(
    `memory (PSS of ${of}): ${first.pss.toFixed(0)} MB after ${first.done}, ${last.pss.toFixed(0)} MB after ${last.done}: ${growth} %`,
  );
  console.log(`  ${memory.map(({ done, pss }) => `${done}: ${pss.toFixed(0)}`).join(' · ')}`);
}

function percentiles(name: string, { p50, p95 }: Percentiles): void {
  console.log(
    `${name.padEnd(44)} p50 ${p50.toFixed(1).padStart(6)} ms   p95 ${p95.toFixed(1).padStart(6)} ms`,
  );
}
