import { fileBeside } from '#cli/file-beside.ts';
import { startRun } from '#core/billing/start-run.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import { berlinDay } from '#core/domain/calendar.ts';
import { parsePeriod, previousPeriod } from '#core/domain/period.ts';
import type { Key } from '#core/ports.ts';
import { listCustomers } from '#core/repositories/customers.ts';
import { findSettings } from '#core/repositories/settings.ts';
import { create, read, replace, sinceVersion1 } from '#core/repositories/stored.ts';
import { type RunReport, runReport } from '#core/runs/run-report.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { importSettingsFile } from '#core/settings/import-settings-file.ts';
import type { LocalConfig } from '#wiring/config.ts';
import type { Program } from '#wiring/program.ts';
import { type MailboxServer, startMailboxServer } from '../mailbox/smtp-sink.ts';
import { demoSet } from './demo-set.ts';

/** Marks the data folder as one that holds the demo wholesaler, and says how far loading it got. */
interface Demo {
  /** The month that is billed: `2026-10`. */
  readonly month: string;
  readonly billed: boolean;
}

const DEMO: Key = { partition: 'DEMO', sort: 'DEMO' };
/** Port of the demo's mail server; another one is taken if it is in use. */
const USUAL_PORT = 2525;

const findDemo = (program: Program) => read(program.table, DEMO, sinceVersion1<Demo>);

/**
 * Decides whether the demo belongs in this data folder: the folder is empty, or the demo filled it and nobody
 * has imported settings with a mail server elsewhere since.
 */
export async function isDemoFolder(program: Program): Promise<boolean> {
  const settings = (await findSettings(program.table))?.value.settings;
  if (await findDemo(program)) return settings === undefined || settings.mail.smtp.host === '127.0.0.1';
  return settings === undefined && (await listCustomers(program.table, undefined, 1)).length === 0;
}

/** Starts the demo's mail server. If it must use another port, the settings are changed to that port. */
export async function startDemoMailbox(config: LocalConfig, program: Program): Promise<MailboxServer> {
  const old = (await findSettings(program.table))?.value.settings;
  const folder = config.mailboxDir;
  const mailbox = await startMailboxServer({ folder, port: old?.mail.smtp.port ?? USUAL_PORT }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return startMailboxServer({ folder, port: 0 });
    },
  );
  if (old && old.mail.smtp.port !== mailbox.port) {
    const smtp = { ...old.mail.smtp, port: mailbox.port };
    await importSettings({ ...old, mail: { ...old.mail, smtp } }, undefined, program);
  }
  return mailbox;
}

/**
 * Loads the demo wholesaler and bills its last month; after an interruption it goes on with the same month.
 * @param say is told what begins, where nothing is counted
 * @returns undefined when the month was billed before
 */
export async function billDemoMonth(
  program: Program,
  smtpPort: number,
  say: (text: string) => void,
): Promise<RunReport | undefined> {
  if (!(await findDemo(program))) {
    const { text: month } = previousPeriod('monthly', berlinDay(program.clock.now()));
    await program.table.write([create(DEMO, { month, billed: false } satisfies Demo)]);
  }
  const demo = (await findDemo(program))!;
  if (demo.value.billed) return undefined;
  const { month } = demo.value;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const info = (name: string, text: string) => ({ name, hash: program.hasher.sha256(text) });
  say('Settings and logo of a made-up dairy, the browser starts');
  const files = demoSet(month, { smtpPort });
  await importSettingsFile(bytes(JSON.stringify(files.settings)), fileBeside(import.meta.dirname), program);
  const customers = await program.readCustomers(bytes(files.customersCsv));
  await importCustomers(customers.records, info('demo customers', files.customersCsv), program);
  const deliveries = program.readDeliveries(bytes(files.deliveriesCsv));
  await importDeliveries(deliveries.records, info('demo deliveries', files.deliveriesCsv), program);

  const { cycle, text: period, from, to: until } = parsePeriod('monthly', month);
  const runId = await startRun(
    { kind: 'cycle', cycle, period, from, until, mailCustomersOnly: false, output: 'pdf' },
    program,
  );
  await program.completeRun(runId);
  await program.table.write([replace(demo, { ...demo.value, billed: true })]);
  return runReport(runId, program);
}
