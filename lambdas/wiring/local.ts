import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { createFolderArchive } from '#adapters/folder/archive.ts';
import { createFileSecrets } from '#adapters/folder/secrets.ts';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { createTemplates } from '#adapters/handlebars/document-templates.ts';
import { createMailTemplates } from '#adapters/handlebars/mail-templates.ts';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createPdfMerger } from '#adapters/pdf/merge.ts';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { sendTestMail, type TestMailReport } from '#adapters/smtp/test-mail.ts';
import { openSqliteTable } from '#adapters/sqlite/table.ts';
import type { Deps, Progress } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import { Fault } from '#core/errors.ts';
import type { Hasher, Ids, Log, MailComposer, Mailer, PdfMerger, Secrets, Workers } from '#core/ports.ts';
import { readSettings, SMTP_PASSWORD } from '#core/repositories/settings.ts';
import type { LocalConfig } from './config.ts';

export interface Local extends Deps {
  readonly merger: PdfMerger;
  readonly readCustomers: typeof readCustomers;
  readonly readDeliveries: typeof readDeliveries;
  /** One test mail with the settings as they are; a person reads the conversation. */
  readonly testMail: (address: string) => Promise<TestMailReport>;
  close(): Promise<void>;
}

/** The program on one machine: SQLite, folders, Chrome, the user's own SMTP server. */
export function openLocal(
  config: LocalConfig,
  process: {
    readonly workers: Workers;
    readonly stop: AbortSignal;
    readonly log: Log;
    readonly onProgress?: (progress: Progress) => void;
  },
): Local {
  mkdirSync(config.dataDir, { recursive: true });
  const table = openSqliteTable(`${config.dataDir}/rechnungspost.sqlite`);
  const fontsFolder = `${config.templatesDir}/fonts`;
  const printer = createChromePrinter({
    fontsFolder,
    ...(config.chromePath ? { chromePath: config.chromePath } : {}),
  });
  const secrets = createFileSecrets(`${config.dataDir}/secrets.json`);
  const composer = createMailComposer();
  return {
    ...process,
    table,
    archive: createFolderArchive(config.archiveDir),
    printer,
    templates: { ...createTemplates(config.templatesDir), ...createMailTemplates(config.templatesDir) },
    fonts: createFontCoverage(fontsFolder),
    composer,
    merger: createPdfMerger(),
    readCustomers,
    readDeliveries,
    testMail: async (address) => {
      const settings = await readSettings(table);
      return testMail(address, settings, await secrets.get(SMTP_PASSWORD), composer);
    },
    openMailer: (mail) => openMailer(mail, secrets),
    secrets,
    clock: {
      now: Date.now,
      wait: (milliseconds) => wait(milliseconds, process.stop),
    },
    ids,
    hasher,
    async close() {
      await printer.close();
      table.close();
    },
  };
}

async function openMailer(mail: Settings['mail'], secrets: Secrets): Promise<Mailer> {
  if (mail.transport !== 'smtp') throw notOnOneMachine(mail.transport);
  return createSmtpMailer({ ...mail.smtp, password: await secrets.get(SMTP_PASSWORD) });
}

async function testMail(
  address: string,
  { company, mail }: Settings,
  password: string | undefined,
  composer: MailComposer,
): Promise<TestMailReport> {
  if (mail.transport !== 'smtp') throw notOnOneMachine(mail.transport);
  const { sender } = mail;
  const text = `This is a test mail of ${company.name}: the mail settings work.`;
  const message = await composer.compose({
    messageId: `<test.${ids.next()}@${sender.address.split('@')[1] ?? 'localhost'}>`,
    date: new Date().toISOString(),
    from: sender,
    to: [{ name: '', address }],
    cc: [],
    replyTo: mail.replyTo || undefined,
    subject: `Test mail of ${company.name}`,
    text,
    html: `<p>${text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</p>`,
    attachments: [],
  });
  return sendTestMail({ ...mail.smtp, password }, { from: sender.address, to: [address] }, message);
}

const notOnOneMachine = (transport: 'ses' | 'off'): Fault =>
  new Fault(
    'bad-settings',
    transport === 'ses'
      ? 'mail.transport is ses, which only works on AWS: on one machine choose smtp, or off.'
      : 'mail.transport is off: set it to smtp first.',
  );

export const hasher: Hasher = {
  sha256: (data) => createHash('sha256').update(data).digest('hex'),
};

/** Nine characters of time, then chance: unique for ever, rising with time. */
export const ids: Ids = {
  next: () => Date.now().toString(36).padStart(9, '0') + randomBytes(10).toString('hex').slice(0, 15),
};

function wait(milliseconds: number, stop: AbortSignal): Promise<void> {
  // A turn of the event loop all the same: who polls must not keep a second Ctrl-C from being heard.
  if (stop.aborted) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    stop.addEventListener('abort', end);
  });
}
