import { closeRun } from '#core/billing/close-run.ts';
import { finishLines } from '#core/billing/issue-lines.ts';
import { planRun } from '#core/billing/plan-run.ts';
import { sealRun } from '#core/billing/seal-run.ts';
import type { Deps } from '#core/deps.ts';
import { throwIfStopped } from '#core/deps.ts';
import { orderFingerprint } from '#core/domain/identity.ts';
import { isUntried } from '#core/domain/mail-states.ts';
import { isFree } from '#core/lease.ts';
import { resumeRunMails } from '#core/mailing/pause-mails.ts';
import { isWaiting } from '#core/mailing/send-invoice-mail.ts';
import { tryMails } from '#core/mailing/send-mails.ts';
import { removeDue } from '#core/repositories/due.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { type Mail, readMails } from '#core/repositories/mails.ts';
import {
  activeRunKey,
  existingRun,
  hasDraft,
  hasPausedMails,
  invoiceNumbers,
  isPaused,
  isReleasing,
  leaseOf,
  listRunLines,
  type Run,
  type RunLine,
  readRunSettings,
  runLinePages,
} from '#core/repositories/runs.ts';
import { replace, type Stored } from '#core/repositories/stored.ts';
import { eachAtOnce, retryOnConflict } from '#core/retry.ts';

/** Drafts that are leased together, and batches under way at once: one prints a draft while another files one. */
const BATCH = 20;
const BATCHES_AT_ONCE = 2;
const PAGE = 200;
const POLL_MS = 200;

/**
 * Takes a run from wherever it stands to its end: plan, seal, documents, closed books, mails. Every step may be
 * repeated and shared with other processes; after a kill, calling this again ends as if nothing had happened. A run that
 * a person pauses is left where it then stands.
 * @throws Fault `interrupted`, `import-interrupted`, `number-taken`; the run then waits as it is
 */
export async function completeRun(runId: string, deps: Deps): Promise<Run> {
  for (;;) {
    if (await billRun(runId, deps)) {
      await resumeRunMails(runId, deps);
      await mailInvoices(runId, deps);
    }
    const run = await retryOnConflict(() => finishRun(runId, deps));
    // Unless it was paused and resumed in the meantime.
    if (run.paused || !hasPausedMails(run)) return run;
    throwIfStopped(deps);
  }
}

type BillDeps = Omit<Deps, 'composer' | 'openMailer' | 'secrets'>;

/** The same up to the closed books; the mails wait. @returns false when the run is paused before them */
export async function billRun(runId: string, deps: BillDeps): Promise<boolean> {
  if (!(await planRun(runId, deps))) return false;
  if (!(await sealRun(runId, deps))) return false;
  if (!(await makeDocuments(runId, deps))) return false;
  await closeRun(runId, deps);
  return true;
}

async function makeDocuments(runId: string, deps: BillDeps): Promise<boolean> {
  const settings = await readRunSettings(deps.table, runId);
  for (;;) {
    const run = (await existingRun(deps.table, runId)).value;
    if (run.state === 'closed') return true;
    if (run.state === 'planning' || run.paused) return false;
    const total = run.planned.drafts;
    let open = 0;
    let leasedElsewhere = 0;
    let ended = 0;
    for await (const page of runLinePages(deps.table, runId, { limit: PAGE })) {
      const todo = page.filter(({ value }) => isOpen(value));
      leasedElsewhere += todo.filter(({ value }) => !isFree(leaseOf(value), deps)).length;
      ended += page.filter(({ value }) => hasDraft(value)).length - todo.length;
      open += todo.length;
      const report = () => deps.onProgress?.({ phase: 'documents', done: Math.min(ended, total), total });
      if (todo.length > 0) report();
      await eachAtOnce(inBatches(todo), BATCHES_AT_ONCE, async (batch) => {
        throwIfStopped(deps);
        if (await isPaused(deps.table, runId)) return;
        await finishLines(run, settings, batch, deps, () => {
          ended++;
          report();
        });
      });
    }
    // A pass that found nothing to do is the proof; one that left lines to another process looks again.
    if (open === 0) return true;
    if (leasedElsewhere === open) await deps.clock.wait(POLL_MS);
    throwIfStopped(deps);
  }
}

/** Whether its documents are still to be made, or its notes to be released. */
export const isOpen = (line: RunLine): boolean => line.state === 'planned' || isReleasing(line);

export function inBatches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/**
 * Tries the run's mails that wait for their first try, and waits for those that another process is sending. Those for
 * which the pace has no turn soon are left to `sweep`.
 */
async function mailInvoices(runId: string, deps: Deps): Promise<void> {
  while (!(await isPaused(deps.table, runId))) {
    const mails = await storedMails(runId, deps);
    const mine = mails.filter(({ value }) => isUntried(value));
    const waiting = mine.filter(({ value }) => isWaiting(value, deps));
    throwIfStopped(deps);
    if (waiting.length > 0) {
      const ids = waiting.map(({ value }) => value.id);
      const end = await tryMails(ids, deps);
      throwIfStopped(deps);
      if (end === 'left waiting') return;
      const after = await readMails(deps.table, ids);
      // Something keeps them as they are, so another try now would change nothing.
      if (after.every(({ version }, index) => version === waiting[index]?.version)) return;
    } else if (mine.length > 0) await deps.clock.wait(POLL_MS);
    else return;
  }
}

/** The newest mail of each of the run's invoices. */
export const runMails = async (runId: string, deps: Pick<Deps, 'table'>): Promise<Mail[]> =>
  (await storedMails(runId, deps)).map(({ value }) => value);

async function storedMails(runId: string, deps: Pick<Deps, 'table'>): Promise<Stored<Mail>[]> {
  const numbers = invoiceNumbers(await listRunLines(deps.table, runId));
  const invoices = await readInvoices(deps.table, numbers);
  const ids = invoices.flatMap(({ value }) =>
    value.delivery.state === 'mail' ? [value.delivery.mailId] : [],
  );
  return readMails(deps.table, ids);
}

/** Nothing of the run waits any more but its mails: the same order may start a run again. One that is paused waits. */
export async function finishRun(runId: string, deps: Pick<Deps, 'table' | 'hasher'>): Promise<Run> {
  const run = await existingRun(deps.table, runId);
  if (run.value.finished || run.value.paused || run.value.state !== 'closed') return run.value;
  // Its due item is what wakes its mails.
  if (hasPausedMails(run.value)) return run.value;
  const finished: Run = { ...run.value, finished: true };
  await deps.table.write([
    replace(run, finished),
    removeDue(run.value.dueAt, { kind: 'run', id: runId }),
    { delete: activeRunKey(deps.hasher.sha256(orderFingerprint(run.value.order))) },
  ]);
  return finished;
}
