import { createChromePictures } from '#adapters/chrome/pictures.ts';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { createDns } from '#adapters/dns/txt.ts';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { createTemplateEngine } from '#adapters/handlebars/template-engine.ts';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createPdfMerger } from '#adapters/pdf/merge.ts';
import type { TestMailReport } from '#adapters/smtp/test-mail.ts';
import type { Deps, Progress } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import type {
  Archive,
  Log,
  OutgoingMail,
  PdfMerger,
  Pictures,
  Secrets,
  Table,
  TemplateEngine,
  Workers,
} from '#core/ports.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { createTemplateOpener, templatesInForce } from '#core/templates/template-set.ts';
import type { LocalConfig } from './config.ts';
import { clockUntil, hasher, ids } from './node.ts';
import { testMail } from './test-mail.ts';

/** What command line and server work with, wherever the data is kept. */
export interface Program extends Deps {
  readonly merger: PdfMerger;
  readonly pictures: Pictures;
  readonly templateEngine: TemplateEngine;
  readonly readCustomers: (bytes: Uint8Array) => Promise<ReturnType<typeof readCustomers>>;
  readonly readDeliveries: typeof readDeliveries;
  /** Sends one test mail with the current settings; a person reads the conversation. */
  readonly testMail: (address: string) => Promise<TestMailReport>;
  /**
   * Takes a run to its end: in this process, or in the stage's functions. `mail` and `sweep` work the same
   * way.
   */
  readonly completeRun: (runId: string) => Promise<unknown>;
  /** Tries each of these mails once. */
  readonly mail: (mailIds: readonly string[]) => Promise<void>;
  /**
   * Takes up whatever waits and is due.
   * @returns the number of things taken up
   */
  readonly sweep: () => Promise<number>;
  close(): Promise<void>;
}

/** The part of the program that belongs to this process and lives as long as it. */
export interface ThisProcess {
  readonly workers: Workers;
  readonly stop: AbortSignal;
  readonly log: Log;
  readonly onProgress?: (progress: Progress) => void;
}

/** Where data is kept, and how mails are sent and runs are driven. */
export interface Engines {
  readonly table: Table;
  readonly archive: Archive;
  readonly secrets: Secrets;
  readonly openMailer: Deps['openMailer'];
  readonly openMailAccount: Deps['openMailAccount'];
  readonly sendTestMail: (mail: Settings['mail'], message: OutgoingMail) => Promise<TestMailReport>;
  readonly drive: (runId: string, deps: Deps) => Promise<unknown>;
  readonly mail: (mailIds: readonly string[], deps: Deps) => Promise<void>;
  readonly sweep: (deps: Deps) => Promise<number>;
  readonly close: () => void;
}

/**
 * Creates the program on these engines. Documents are made in this process, by the browser that comes with
 * it.
 */
export function createProgram(
  { sendTestMail, drive, mail, sweep, close, ...engines }: Engines,
  config: Pick<LocalConfig, 'templatesDir' | 'chromePath' | 'dnsServer'>,
  process: ThisProcess,
): Program {
  const { table, archive } = engines;
  const fontsFolder = `${config.templatesDir}/fonts`;
  const chrome = { fontsFolder, chromePath: config.chromePath };
  const printer = createChromePrinter(chrome);
  const fonts = createFontCoverage(fontsFolder);
  const templateEngine = createTemplateEngine(config.templatesDir, fonts);
  const openTemplates = createTemplateOpener(templateEngine, archive);
  const program: Program = {
    ...process,
    ...engines,
    printer,
    openTemplates,
    templateEngine,
    fonts,
    composer: createMailComposer(),
    dns: createDns(config.dnsServer),
    merger: createPdfMerger(),
    pictures: createChromePictures(chrome),
    readCustomers: async (bytes) =>
      readCustomers(bytes, (await templatesInForce({ table, openTemplates })).languages),
    readDeliveries,
    testMail: async (address) => {
      const settings = await readSettings(table);
      return sendTestMail(settings.mail, testMail(address, settings));
    },
    clock: clockUntil(process.stop),
    ids,
    hasher,
    completeRun: (runId) => drive(runId, program),
    mail: (mailIds) => mail(mailIds, program),
    sweep: () => sweep(program),
    async close() {
      await printer.close();
      close();
    },
  };
  return program;
}
