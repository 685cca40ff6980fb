import type { Deps } from '#core/deps.ts';
import { throwIfStopped } from '#core/deps.ts';
import type { Settings } from '#core/domain/settings.ts';
import { addDue, invoiceDue, removeDue } from '#core/repositories/due.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { readMails } from '#core/repositories/mails.ts';
import {
  hasDraft,
  invoiceNumbers,
  isFailed,
  isReleasing,
  type NumberedRun,
  PAUSE_LOOK_MS,
  type RunLine,
  readRun,
  readRunLine,
  readRunSettings,
} from '#core/repositories/runs.ts';
import { replace, type Stored } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { type IssueDeps, issueInvoices } from './issue-invoices.ts';
import { releaseNotes } from './release-notes.ts';

/**
 * Brings lines of a sealed run to their end: releases the notes of issued invoices, and issues the drafts
 * that no other process holds a lease on.
 * @param onLine called after each line whose notes were released, and after each draft that was issued or
 *   failed
 */
export async function finishLines(
  run: NumberedRun,
  settings: Settings,
  lines: readonly Stored<RunLine>[],
  deps: IssueDeps,
  onLine: () => void = () => {},
): Promise<void> {
  for (const { value } of lines) {
    if (!isReleasing(value)) continue;
    await releaseNotes(run, value.customer, deps);
    onLine();
  }
  const others = lines.filter(({ value }) => !isReleasing(value));
  if (others.length > 0) await issueInvoices(run, settings, others, deps, onLine);
}

/**
 * Brings the lines of some customers of a sealed run to their end, whatever state they are in. Called for a
 * queue message or a due item, either of which may arrive more than once. While the run is paused it only
 * postpones their retries.
 * @returns the ids of their mails that are queued, and the number of lines that are failed or held
 * @throws Fault `interrupted` if the program was asked to stop; nothing is begun then
 */
export async function issueLines(
  runId: string,
  customers: readonly string[],
  deps: IssueDeps & Pick<Deps, 'stop'>,
): Promise<{ readonly mails: readonly string[]; readonly failed: number }> {
  const run = (await readRun(deps.table, runId))?.value;
  if (!run || run.state === 'planning') return { mails: [], failed: 0 };
  throwIfStopped(deps);
  if (run.paused) {
    for (const customer of customers) await retryOnConflict(() => putOff(runId, customer, deps));
    return { mails: [], failed: 0 };
  }
  const linesOf = async () =>
    (await Promise.all(customers.map((customer) => readRunLine(deps.table, runId, customer)))).filter(
      (line) => line !== undefined,
    );
  await finishLines(run, await readRunSettings(deps.table, runId), await linesOf(), deps);
  const ended = await linesOf();
  const invoices = await readInvoices(deps.table, invoiceNumbers(ended));
  const mailIds = invoices.flatMap(({ value: { delivery } }) =>
    delivery.state === 'mail' ? [delivery.mailId] : [],
  );
  const mails = await readMails(deps.table, mailIds);
  return {
    mails: mails.filter(({ value }) => value.state === 'queued').map(({ value }) => value.id),
    failed: ended.filter(({ value }) => isFailed(value)).length,
  };
}

/**
 * Postpones the retry of a line whose run is paused, because its due item would otherwise be found first by
 * every sweep and block the due items of other runs.
 */
async function putOff(runId: string, customer: string, deps: Pick<Deps, 'table' | 'clock'>): Promise<void> {
  const line = await readRunLine(deps.table, runId, customer);
  const now = deps.clock.now();
  if (!line || !hasDraft(line.value) || line.value.state === 'planned') return;
  const { dueAt: oldDueAt } = line.value;
  if (oldDueAt === undefined || oldDueAt > now) return;
  const dueAt = now + PAUSE_LOOK_MS;
  await deps.table.write([
    replace(line, { ...line.value, dueAt }),
    removeDue(oldDueAt, invoiceDue(runId, customer)),
    addDue(dueAt, invoiceDue(runId, customer)),
  ]);
}
