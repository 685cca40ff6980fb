import { closeRun } from './close-run.ts';
import type { Deps } from './deps.ts';
import { goOnUnlessStopped } from './deps.ts';
import { issueInvoices } from './issue-invoices.ts';
import { isFree } from './lease.ts';
import { planRun } from './plan-run.ts';
import { releaseNotes } from './release-notes.ts';
import { removeDue } from './repositories/due.ts';
import { readInvoices } from './repositories/invoices.ts';
import { type Mail, readMails } from './repositories/mails.ts';
import {
  activeRunKey,
  listRunLines,
  type Run,
  type RunLine,
  readRun,
  readRunSettings,
} from './repositories/runs.ts';
import { replace, type Stored } from './repositories/stored.ts';
import { eachAtOnce, retryOnConflict } from './retry.ts';
import { sealRun } from './seal-run.ts';
import { isWaiting } from './send-invoice-mail.ts';
import { sendMails } from './send-mails.ts';

/** Drafts that are printed together, and batches under way at once: one prints while another is filed. */
const BATCH = 20;
const BATCHES_AT_ONCE = 2;
const PAGE = 200;
const POLL_MS = 200;

/**
 * Takes a run from wherever it stands to its end: plan, seal, documents, closed books, mails. Every step may be
 * repeated and shared with other processes; after a kill, calling this again ends as if nothing had happened.
 * @throws Fault `interrupted`, `import-interrupted`, `number-taken`; the run then waits as it is
 */
export async function driveRun(runId: string, deps: Deps): Promise<Run> {
  await planRun(runId, deps);
  await sealRun(runId, deps);
  await makeDocuments(runId, deps);
  await closeRun(runId, deps);
  await mailInvoices(runId, deps);
  return retryOnConflict(() => finishRun(runId, deps));
}

async function makeDocuments(runId: string, deps: Deps): Promise<void> {
  const run = (await readRun(deps.table, runId))!.value;
  if (run.state !== 'sealed') return;
  const settings = await readRunSettings(deps.table, runId);
  const total = run.planned.drafts;
  for (;;) {
    let open = 0;
    let ended = 0;
    for (let after: string | undefined; ; ) {
      const page = await listRunLines(deps.table, runId, { limit: PAGE, ...(after ? { after } : {}) });
      if (page.length === 0) break;
      after = page.at(-1)!.value.customer;
      const todo = page.filter(({ value }) => value.state === 'planned' || value.releasing);
      ended += page.filter(({ value }) => value.draft).length - todo.length;
      open += todo.length;
      await eachAtOnce(inBatches(todo), BATCHES_AT_ONCE, async (batch) => {
        goOnUnlessStopped(deps);
        await endLines(run, settings, batch, deps);
        ended += batch.length;
        deps.onProgress?.({ phase: 'documents', done: Math.min(ended, total), total });
      });
    }
    // A pass that found nothing to do is the proof; one that left lines to another process looks again.
    if (open === 0) return;
    if (await allLeasedElsewhere(runId, deps)) await deps.clock.wait(POLL_MS);
    goOnUnlessStopped(deps);
  }
}

async function endLines(
  run: Run,
  settings: Awaited<ReturnType<typeof readRunSettings>>,
  lines: readonly Stored<RunLine>[],
  deps: Deps,
): Promise<void> {
  for (const { value } of lines) if (value.releasing) await releaseNotes(run, value.customer, deps);
  const planned = lines.filter(({ value }) => value.state === 'planned' && isFree(value.lease, deps));
  if (planned.length > 0) await issueInvoices(run, settings, planned, deps);
}

async function allLeasedElsewhere(runId: string, deps: Deps): Promise<boolean> {
  const lines = await listRunLines(deps.table, runId);
  const open = lines.filter(({ value }) => value.state === 'planned' || value.releasing);
  return open.length > 0 && open.every(({ value }) => !value.releasing && !isFree(value.lease, deps));
}

function inBatches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** Tries the run's mails that wait for their first try, and waits for those that another process is sending. */
async function mailInvoices(runId: string, deps: Deps): Promise<void> {
  for (;;) {
    const mails = await runMails(runId, deps);
    const mine = mails.filter(({ state }) => state === 'queued' || state === 'sending');
    const waiting = mine.filter((mail) => isWaiting(mail, deps));
    goOnUnlessStopped(deps);
    if (waiting.length > 0) {
      await sendMails(
        waiting.map(({ id }) => id),
        deps,
      );
      const before = JSON.stringify(waiting);
      const after = await readMails(
        deps.table,
        waiting.map(({ id }) => id),
      );
      goOnUnlessStopped(deps);
      // Mail is switched off: they wait as they are.
      if (JSON.stringify(after.map(({ value }) => value)) === before) return;
    } else if (mine.length > 0) await deps.clock.wait(POLL_MS);
    else return;
  }
}

/** The newest mail of each of the run's invoices. */
async function runMails(runId: string, deps: Pick<Deps, 'table'>): Promise<Mail[]> {
  const numbers = (await listRunLines(deps.table, runId)).flatMap(({ value }) => value.invoice ?? []);
  const invoices = await readInvoices(deps.table, numbers);
  const ids = invoices.flatMap(({ value }) =>
    value.delivery.state === 'mail' ? [value.delivery.mailId] : [],
  );
  return (await readMails(deps.table, ids)).map(({ value }) => value);
}

async function finishRun(runId: string, deps: Pick<Deps, 'table' | 'hasher'>): Promise<Run> {
  const run = (await readRun(deps.table, runId))!;
  if (run.value.finished) return run.value;
  const finished: Run = { ...run.value, finished: true };
  await deps.table.write([
    replace(run, finished),
    removeDue(run.value.dueAt, { kind: 'run', id: runId }),
    { delete: activeRunKey(deps.hasher.sha256(JSON.stringify(run.value.order))) },
  ]);
  return finished;
}
