import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { mailChanges, newMail } from '#core/create-mail.ts';
import { billRun } from '#core/drive-run.ts';
import type { InvoiceRecord } from '#core/repositories/invoices.ts';
import { invoiceKey, readInvoice } from '#core/repositories/invoices.ts';
import { readMails } from '#core/repositories/mails.ts';
import { create } from '#core/repositories/stored.ts';
import { sendMails } from '#core/send-mails.ts';
import { startRun } from '#core/start-run.ts';
import { OCTOBER_DATED, openData } from '#test/support/october.ts';
import { loadOffice } from '#test/support/office.ts';
import type { Program } from '#wiring/program.ts';
import { benchSet } from './bench-set.ts';
import { treePss } from './process-tree.ts';

/**
 * A process that mails so many invoices, each with two PDFs of 30 KB, to the server at PORT: `ours` out of the outbox of
 * the data folder in DATA_DIR, with its archive and its states; `bare` by a loop over nodemailer's pool. Both over as many
 * connections. Prints one JSON document.
 */
export interface Mailing {
  readonly mails: number;
  readonly seconds: number;
  /** MB (PSS) of this process after so many mails. */
  readonly memory: readonly { readonly done: number; readonly pss: number }[];
}

const PDF_BYTES = 30_000;
const CONNECTIONS = 4;
const [way, count] = [process.argv[2], Number(process.argv[3])];
const port = Number(process.env.PORT);
const memory: { done: number; pss: number }[] = [];
const look = (done: number) => {
  const pss = done % 1000 === 0 ? treePss() : undefined;
  if (pss !== undefined) memory.push({ done, pss });
};

const seconds = way === 'bare' ? await bare() : await ours();
console.log(JSON.stringify({ mails: count, seconds, memory } satisfies Mailing));

async function ours(): Promise<number> {
  const local = openData(process.env.DATA_DIR ?? '', 'plain');
  const ids = await outbox(local);
  const begun = performance.now();
  await sendMails(ids, { ...local, onProgress: ({ done }) => look(done) });
  const took = (performance.now() - begun) / 1000;
  const sent = (await readMails(local.table, ids)).filter(({ value }) => value.state === 'accepted').length;
  await local.close();
  if (sent !== count) throw new Error(`${sent} of ${count} mails were accepted`);
  return took;
}

/** One invoice is made as always; the others are its like, with its documents. @returns the mails, which wait */
async function outbox(local: Program): Promise<string[]> {
  const pdf = pdfOf(PDF_BYTES);
  const printer: Program['printer'] = {
    ...local.printer,
    render: async (documents) => documents.map(() => ({ ok: true, pdf, pages: 1 })),
  };
  const set = benchSet(1, port);
  const customers = set.customers.map((customer) => ({ ...customer, deliveryOverview: true }));
  const settings = {
    ...set.settings,
    mail: { ...set.settings.mail, pace: { perSecond: 1000, connections: CONNECTIONS } },
  };
  await loadOffice(local, set.notes, customers, settings);
  await billRun(await startRun(OCTOBER_DATED, local), { ...local, printer });
  const { value: first } = (await readInvoice(local.table, '2026000001'))!;
  const ids = ['2026000001-1'];
  for (let n = 2; n <= count; n++) {
    const number = `2026${String(n).padStart(6, '0')}`;
    const facts = { ...first.facts, number };
    const mail = newMail(1, settings, facts, local);
    const record: InvoiceRecord = { ...first, facts, delivery: { state: 'mail', mailId: mail.id } };
    await local.table.write([create(invoiceKey(number), record), ...mailChanges(mail)]);
    ids.push(mail.id);
  }
  return ids;
}

async function bare(): Promise<number> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port, secure: false, ignoreTLS: true },
    ...{ pool: true, maxConnections: CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY },
  });
  const pdf = Buffer.from(pdfOf(PDF_BYTES));
  const text = 'Sehr geehrte Damen und Herren,\n\nanbei Ihre Rechnung.\n'.repeat(10);
  const begun = performance.now();
  let next = 1;
  const loop = async () => {
    while (next <= count) {
      const n = next++;
      await transport.sendMail({
        from: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
        to: `rechnung@loewen${n}.example`,
        subject: `Rechnung ${n}`,
        text,
        html: `<p>${text}</p>`,
        attachments: [1, 2].map((file) => ({ filename: `Rechnung-${n}-${file}.pdf`, content: pdf })),
      });
      look(n);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  const took = (performance.now() - begun) / 1000;
  transport.close();
  return took;
}

/** Of a PDF no more than its size and that it does not compress. */
function pdfOf(bytes: number): Uint8Array {
  const chunks = Array.from({ length: Math.ceil(bytes / 64) }, (_, n) =>
    createHash('sha512').update(String(n)).digest(),
  );
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), ...chunks]).subarray(0, bytes);
}
