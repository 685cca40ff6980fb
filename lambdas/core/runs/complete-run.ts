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

/** How many drafts are leased together. */
const BATCH = 20;
/** How many batches are worked at in parallel, so that one can print a draft while the other files one. */
const BATCHES_AT_ONCE = 2;
const PAGE = 200;
const POLL_MS = 200;

/**
 * Takes a run from wherever it stands to its end: plan, seal, documents, closed books, mails. Every step is
 * idempotent and may be shared with other processes, so calling this again after a kill ends as if nothing
 * had happened. A run that a person pauses is left where it then stands.
 * @throws Fault `interrupted`, `import-interrupted`, `number-taken`; the run can be continued later from
 *   where it stands
 */
export async function completeRun(runId: string, deps: Deps): Promise<Run> {
  for (;;) {
    if (await billRun(runId, deps)) {
      await resumeRunMails(runId, deps);
      await mailInvoices(runId, deps);
    }
    const run = await retryOnConflict(() => finishRun(runId, deps));
    // If the run was paused and resumed in the meantime, its mails must be made due again: go through all
    // steps once more.
    if (run.paused || !hasPausedMails(run)) return run;
    throwIfStopped(deps);
  }
}

type BillDeps = Omit<Deps, 'composer' | 'openMailer' | 'secrets'>;

/**
 * Takes a run from wherever it stands to its closed books: plan, seal, documents. No mail is sent.
 * @returns false if the run was paused before its books were closed
 */
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
    // Only a pass that finds no open line proves that all are done; lines leased by another process are
    // awaited.
    if (open === 0) return true;
    if (leasedElsewhere === open) await deps.clock.wait(POLL_MS);
    throwIfStopped(deps);
  }
}

/**
 * Decides whether a line is still open: its draft was neither issued nor failed yet, or the notes of its
 * invoice are not all released.
 */
export const isOpen = (line: RunLine): boolean => line.state === 'planned' || isReleasing(line);

export function inBatches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/**
 * Sends the run's mails that were not tried yet, and waits for those that another process is sending. Mails
 * for which the pace has no turn soon are left to `sweep`, because nobody should wait for them here.
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
      // If the try changed none of the mails, something prevents sending, and trying again now would loop for
      // ever.
      if (after.every(({ version }, index) => version === waiting[index]?.version)) return;
    } else if (mine.length > 0) await deps.clock.wait(POLL_MS);
    else return;
  }
}

/** Returns the newest mail of each invoice of the run. */
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

/**
 * Marks a closed run as finished and removes its due item, so that an identical order starts a new run from
 * now on. Its mails may still be waiting. A run that is paused, or whose paused mails are not yet resumed, is
 * left as it is.
 */
export async function finishRun(runId: string, deps: Pick<Deps, 'table' | 'hasher'>): Promise<Run> {
  const run = await existingRun(deps.table, runId);
  if (run.value.finished || run.value.paused || run.value.state !== 'closed') return run.value;
  // The due item of the run must stay, because it makes `sweep` resume the paused mails.
  if (hasPausedMails(run.value)) return run.value;
  const finished: Run = { ...run.value, finished: true };
  await deps.table.write([
    replace(run, finished),
    removeDue(run.value.dueAt, { kind: 'run', id: runId }),
    { delete: activeRunKey(deps.hasher.sha256(orderFingerprint(run.value.order))) },
  ]);
  return finished;
}
