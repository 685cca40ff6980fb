import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRun } from '#core/billing/start-run.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { importSettingsFile } from '#core/settings/import-settings-file.ts';
import { treeCpu } from '#test/bench/process-tree.ts';
import { loadDairy, OCTOBER } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { startMailCounter } from '#test/support/mail/mail-counter.ts';
import { monthOf } from './month.ts';

/** The processor time that this machine needs for an invoice with its overview, and the size of the files. */
export interface Printing {
  /** Milliseconds of processor time for the documents of an invoice, of Node and the browser together. */
  readonly documentsMs: number;
  /** Milliseconds of processor time for planning an invoice. */
  readonly planMs: number;
  /** Milliseconds of processor time for composing a mail and handing it over. */
  readonly mailMs: number;
  /** The average sizes of the files in bytes. */
  readonly invoiceBytes: number;
  readonly overviewBytes: number;
  readonly mailBytes: number;
  readonly logoCharacters: number;
  readonly pagesOfADocument: number;
}

const LOGO = new URL('../../../lambdas/local/demo/demo-logo.svg', import.meta.url);

/** Bills a month with a real browser into a folder, and mails to a server on the loopback. */
export async function measurePrinting(count: number): Promise<Printing> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-aws-'));
  const server = await startMailCounter();
  const program = openData(folder, 'chrome');
  try {
    const mail = {
      transport: 'smtp',
      smtp: { host: '127.0.0.1', port: server.port, encryption: 'none' },
      pace: { perSecond: 1000, connections: 2 },
    };
    const bare = monthOf(count, mail);
    const file = JSON.stringify({ ...bare.settings, pdf: { ...bare.settings.pdf, logo: 'demo-logo.svg' } });
    await importSettingsFile(new TextEncoder().encode(file), async () => readFileSync(LOGO), program);
    const settings = await readSettings(program.table);
    await loadDairy(program, bare.notes, bare.customers, settings);
    await program.printer.render([{ name: 'warm-up', html: '<p>warm' }]);
    let pages = 0;
    let printed = 0;
    const runId = await startRun(OCTOBER, program);
    const begun = treeCpu();
    let planned = begun;
    let documents = begun;
    await completeRun(runId, {
      ...program,
      printer: {
        ...program.printer,
        async render(all) {
          const results = await program.printer.render(all);
          for (const result of results) if (result.ok) pages += result.pages;
          printed += results.length;
          return results;
        },
      },
      onProgress: ({ phase }) => {
        if (phase === 'plan') planned = treeCpu();
        if (phase === 'documents') documents = treeCpu();
      },
    });
    const ended = treeCpu();
    const sizes = async (prefix: string, pattern: RegExp) => {
      const keys = (await program.archive.list(prefix)).filter((key) => pattern.test(key));
      const files = await Promise.all(keys.map(async (key) => (await program.archive.get(key))!.file.size));
      return { count: files.length, average: Math.round(files.reduce((a, b) => a + b, 0) / files.length) };
    };
    const mails = await sizes('mail/', /\.eml$/);
    return {
      planMs: (planned - begun) / count,
      documentsMs: (documents - planned) / count,
      mailMs: (ended - documents) / mails.count,
      invoiceBytes: (await sizes('invoices/', /-1\.pdf$/)).average,
      overviewBytes: (await sizes('invoices/', /-2\.pdf$/)).average,
      mailBytes: mails.average,
      logoCharacters: settings.pdf.logo.length,
      pagesOfADocument: pages / printed,
    };
  } finally {
    await program.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
