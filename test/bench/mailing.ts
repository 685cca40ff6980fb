import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import { readMails } from '#core/repositories/mails.ts';
import { SETTINGS } from '#test/support/data/dairy.ts';
import { openData } from '#test/support/data/october.ts';
import { fillOutbox } from '#test/support/mail/outbox.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';
import { treePss } from './process-tree.ts';

/**
 * This process mails invoices, each with two PDFs of 30 KB, to the server at PORT, and prints one JSON
 * document. Its arguments are the way and the number of mails. All ways use equally many connections.
 * `bare` is a loop over nodemailer's pool. `wire` uses our composer and our mailer instead. `ours` mails from
 * the outbox of the data folder in DATA_DIR and does what nobody else does: each message is filed before it is
 * sent, and lease, hand-over and answer are on the disk before the next step.
 */
export interface Mailing {
  readonly mails: number;
  readonly seconds: number;
  /** Memory in MB (PSS) of this process after this many mails. */
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

const ways = { bare, wire, ours };
const seconds = await ways[way as keyof typeof ways]();
console.log(JSON.stringify({ mails: count, seconds, memory } satisfies Mailing));

async function ours(): Promise<number> {
  const program = openData(folder, 'plain');
  const settings = settingsSchema.parse({
    ...SETTINGS,
    mail: {
      ...SETTINGS.mail,
      smtp: { host: '127.0.0.1', port, encryption: 'none' },
      pace: { perSecond: 1000, connections: CONNECTIONS },
    },
  });
  const ids = (await fillOutbox(program, count, settings, pdfOf(PDF_BYTES))).map(({ id }) => id);
  const begun = performance.now();
  await sendMails(ids, { ...program, onProgress: ({ done }) => look(done) });
  const took = (performance.now() - begun) / 1000;
  const sent = (await readMails(program.table, ids)).filter(({ value }) => value.state === 'accepted').length;
  await program.close();
  if (sent !== count) throw new Error(`${sent} of ${count} mails were accepted`);
  return took;
}

/**
 * Makes the mail of both ways over the wire; its attachments come from files, as they come out of the
 * archive.
 */
function letter() {
  const files = [1, 2].map((n) => join(folder, `Rechnung-${n}.pdf`));
  for (const file of files) writeFileSync(file, pdfOf(PDF_BYTES));
  const text = 'Sehr geehrte Damen und Herren,\n\nanbei Ihre Rechnung für den Oktober.\n'.repeat(10);
  return {
    files,
    text,
    html: `<!DOCTYPE html><html><body>${`<p>${text}</p>\n`.repeat(4)}</body></html>`,
    from: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
  };
}

async function bare(): Promise<number> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port, secure: false, ignoreTLS: true },
    ...{ pool: true, maxConnections: CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY },
  });
  const { files, text, html, from } = letter();
  const took = await inLoops(async (n) => {
    const attachments = files.map((path, file) => ({ filename: `Rechnung-${n}-${file + 1}.pdf`, path }));
    const subject = `Rechnung ${n}`;
    await transport.sendMail({ from, to: `k${n}@kunde.example`, subject, text, html, attachments });
  });
  transport.close();
  return took;
}

async function wire(): Promise<number> {
  const composer = createMailComposer();
  const mailer = createSmtpMailer(smtpSettings(port));
  const { files, text, html, from } = letter();
  const took = await inLoops(async (n) => {
    const to = `k${n}@kunde.example`;
    const attachments = await Promise.all(
      files.map(async (path, file) => ({
        fileName: `Rechnung-${n}-${file + 1}.pdf`,
        contentType: 'application/pdf',
        bytes: await readFile(path),
      })),
    );
    const message = await composer.compose({
      ...{ messageId: `<${n}@wiesengrund.example>`, date: '2026-11-02T03:00:00Z', from, cc: [] },
      ...{ to: [{ name: '', address: to }], replyTo: undefined, subject: `Rechnung ${n}`, text, html },
      attachments,
    });
    const outcome = await mailer.send({ from: from.address, to: [to] }, message, async () => {});
    if (outcome.state !== 'accepted') throw new Error(outcome.reason);
  });
  await mailer.close();
  return took;
}

/** @returns the seconds that it took */
async function inLoops(send: (n: number) => Promise<void>): Promise<number> {
  let next = 1;
  const loop = async () => {
    while (next <= count) {
      const n = next++;
      await send(n);
      look(n);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  return (performance.now() - begun) / 1000;
}

/** Makes bytes that are like a PDF only in size and in that they do not compress. */
function pdfOf(bytes: number): Uint8Array {
  const chunks = Array.from({ length: Math.ceil(bytes / 64) }, (_, n) =>
    createHash('sha512').update(String(n)).digest(),
  );
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), ...chunks]).subarray(0, bytes);
}
