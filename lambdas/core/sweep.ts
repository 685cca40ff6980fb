import type { Deps } from './deps.ts';
import { driveRun } from './drive-run.ts';
import { Fault } from './errors.ts';
import { issueInvoices } from './issue-invoices.ts';
import { releaseNotes } from './release-notes.ts';
import { listDue } from './repositories/due.ts';
import { readRun, readRunLine, readRunSettings } from './repositories/runs.ts';
import { MAIL_LEASE_MS } from './send-invoice-mail.ts';
import { sendMails } from './send-mails.ts';
import { RUN_LEASE_MS } from './start-run.ts';

/**
 * Puts back to work whatever waits and is due: unfinished runs whose process died, invoices whose documents could
 * not be made, mails. The table is the truth; nothing depends on a process having lived or a message having come.
 * One thing that fails stops no other.
 * @returns how many things were taken up
 */
export async function sweep(deps: Deps): Promise<number> {
  const runs = await listDue('run', RUN_LEASE_MS, deps);
  for (const id of runs) await unlessItFails('run', id, deps, () => driveRun(id, deps));
  const invoices = await listDue('invoice', 0, deps);
  for (const id of invoices) await unlessItFails('invoice', id, deps, () => retryInvoice(id, deps));
  const mails = await listDue('mail', MAIL_LEASE_MS, deps);
  if (mails.length > 0) await unlessItFails('mail', mails.join(), deps, () => sendMails(mails, deps));
  return runs.length + invoices.length + mails.length;
}

async function retryInvoice(id: string, deps: Deps): Promise<void> {
  const [runId = '', customer = ''] = id.split('/');
  const run = await readRun(deps.table, runId);
  const line = await readRunLine(deps.table, runId, customer);
  if (!run || !line) return;
  if (line.value.releasing) await releaseNotes(run.value, customer, deps);
  else await issueInvoices(run.value, await readRunSettings(deps.table, runId), [line], deps);
}

async function unlessItFails(
  kind: string,
  id: string,
  deps: Pick<Deps, 'log' | 'stop'>,
  work: () => Promise<unknown>,
): Promise<void> {
  if (deps.stop.aborted) return;
  try {
    await work();
  } catch (error) {
    if (error instanceof Fault && error.code === 'interrupted') return;
    deps.log('error', 'sweep failed', { kind, id, error });
  }
}
