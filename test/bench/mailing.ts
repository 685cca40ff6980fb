import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { settingsSchema } from '#core/domain/settings.ts';
import { readMails } from '#core/repositories/mails.ts';
import { sendMails } from '#core/send-mails.ts';
import { openData } from '#test/support/october.ts';
import { SETTINGS } from '#test/support/office.ts';
import { fillOutbox } from '#test/support/outbox.ts';
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
const folder = process.env.DATA_DIR ?? '';
const memory: { done: number; pss: number }[] = [];
const look = (done: number) => {
  const pss = done % 1000 === 0 ? treePss() : undefined;
  if (pss !== undefined) memory.push({ done, pss });
};

const seconds = way === 'bare' ? await bare() : await ours();
console.log(JSON.stringify({ mails: count, seconds, memory } satisfies Mailing));

async function ours(): Promise<number> {
  const local = openData(folder, 'plain');
  const settings = settingsSchema.parse({
    ...SETTINGS,
    mail: {
      ...SETTINGS.mail,
      smtp: { host: '127.0.0.1', port, encryption: 'none' },
      pace: { perSecond: 1000, connections: CONNECTIONS },
    },
  });
  const ids = (await fillOutbox(local, count, settings, pdfOf(PDF_BYTES))).map(({ id }) => id);
  const begun = performance.now();
  await sendMails(ids, { ...local, onProgress: ({ done }) => look(done) });
  const took = (performance.now() - begun) / 1000;
  const sent = (await readMails(local.table, ids)).filter(({ value }) => value.state === 'accepted').length;
  await local.close();
  if (sent !== count) throw new Error(`${sent} of ${count} mails were accepted`);
  return took;
}

/** The attachments come from files here as well. */
async function bare(): Promise<number> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port, secure: false, ignoreTLS: true },
    ...{ pool: true, maxConnections: CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY },
  });
  const files = [1, 2].map((n) => join(folder, `Rechnung-${n}.pdf`));
  for (const file of files) writeFileSync(file, pdfOf(PDF_BYTES));
  const text = 'Sehr geehrte Damen und Herren,\n\nanbei Ihre Rechnung für den Oktober.\n'.repeat(10);
  const html = `<!DOCTYPE html><html><body>${`<p>${text}</p>\n`.repeat(4)}</body></html>`;
  const begun = performance.now();
  let next = 1;
  const loop = async () => {
    while (next <= count) {
      const n = next++;
      await transport.sendMail({
        from: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
        to: `k${n}@kunde.example`,
        subject: `Rechnung ${n}`,
        text,
        html,
        attachments: files.map((path, file) => ({ filename: `Rechnung-${n}-${file + 1}.pdf`, path })),
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
