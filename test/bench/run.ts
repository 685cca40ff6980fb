import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bill } from '#core/domain/bill.ts';
import { driveRun } from '#core/drive-run.ts';
import { importCustomers } from '#core/import-customers.ts';
import { importDeliveries } from '#core/import-deliveries.ts';
import { importSettings } from '#core/import-settings.ts';
import type { RunOrder } from '#core/repositories/runs.ts';
import { runReport } from '#core/run-report.ts';
import { startRun } from '#core/start-run.ts';
import { createLocalWorkers } from '#local/workers.ts';
import { startMailCounter } from '#test/support/mail-counter.ts';
import { localConfig } from '#wiring/config.ts';
import { type Local, openLocal } from '#wiring/local.ts';
import { benchSet } from './bench-set.ts';
import { treePss } from './process-tree.ts';

/**
 * A month of 1,000 two-page invoices on one machine: the bare printing of the same HTML, then the whole run (plan,
 * numbers, documents, archive, closed books), then its mails to a server on loopback; and what memory does meanwhile.
 * `npm run bench -- 200` takes another number of invoices.
 */
const count = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const server = await startMailCounter();
try {
  const set = benchSet(count, server.port);
  const first = await open('one', undefined);
  const htmls = set.customers.map((customer, index) => {
    const notes = set.notes.filter((note) => note.customer === customer.number);
    const invoice = bill({
      ...{ number: `2026${String(index + 1).padStart(6, '0')}`, date: '2026-11-02', customer, notes },
      ...{ period: { from: '2026-10-01', to: '2026-10-31' }, company: set.settings.company },
    });
    return first.templates.invoice(invoice, { draft: false });
  });
  await first.printer.render([{ name: 'warm-up', html: htmls[0]! }]);
  let pages = 0;
  const bare = await seconds(async () => {
    for (let at = 0; at < htmls.length; at += 20) {
      const batch = htmls.slice(at, at + 20).map((html, n) => ({ name: `${at + n}`, html }));
      for (const result of await first.printer.render(batch)) pages += result.ok ? result.pages : Number.NaN;
    }
  });
  await first.close();

  const memory: { done: number; pss: number }[] = [];
  const local = await open('two', (done) => {
    const pss = treePss();
    if (pss && (done % 100 === 0 || done === count)) memory.push({ done, pss });
  });
  await importSettings(set.settings, undefined, local);
  const importing = await seconds(async () => {
    await importCustomers(set.customers, { name: 'customers', hash: 'c' }, local);
    await importDeliveries(set.notes, { name: 'notes', hash: 'n' }, local);
  });
  await local.printer.render([{ name: 'warm-up', html: htmls[0]! }]);
  let billed = 0;
  const order: RunOrder = {
    ...{ kind: 'cycle', cycle: 'monthly', period: '2026-10', from: '2026-10-01', until: '2026-10-31' },
    ...{ mailCustomersOnly: false, output: 'pdf' },
  };
  const runId = await startRun(order, local);
  const begun = performance.now();
  const whole = await seconds(async () => {
    await driveRun(runId, {
      ...local,
      onProgress: (progress) => {
        local.onProgress?.(progress);
        if (progress.phase === 'documents') billed = (performance.now() - begun) / 1000;
      },
    });
  });
  const report = await runReport(runId, local);
  await local.close();

  const lines = set.notes.reduce((sum, note) => sum + note.lines.length, 0);
  console.log(`${count} invoices, ${pages / count} pages each, ${set.notes.length} notes, ${lines} lines`);
  row('import of customers and notes', importing);
  row('bare printing of the same HTML', bare);
  row('run up to the last document', billed);
  row('whole run with closed books and mails', whole);
  console.log(
    `run / bare printing: ${(billed / bare).toFixed(2)} without mails, ${(whole / bare).toFixed(2)} with`,
  );
  console.log(`states: ${JSON.stringify(report.counts)} ${JSON.stringify(report.delivery)}`);
  const at200 = memory.find(({ done }) => done >= Math.min(200, count));
  const last = memory.at(-1);
  if (at200 && last) {
    const growth = ((last.pss / at200.pss - 1) * 100).toFixed(1);
    console.log(
      `memory (PSS of the tree): ${at200.pss.toFixed(0)} MB after ${at200.done}, ${last.pss.toFixed(0)} MB at the end, ${growth} %`,
    );
    console.log(`  ${memory.map(({ done, pss }) => `${done}: ${pss.toFixed(0)}`).join(' · ')}`);
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function open(name: string, onDocument: ((done: number) => void) | undefined): Promise<Local> {
  return openLocal(localConfig({ ...process.env, DATA_DIR: join(folder, name) }), {
    ...{ workers: createLocalWorkers(), stop: new AbortController().signal, log: console.error },
    onProgress: ({ phase, done }) => {
      if (phase === 'documents') onDocument?.(done);
    },
  });
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
