import type { Deps } from '#core/deps.ts';
import { throwIfStopped } from '#core/deps.ts';
import { ConflictError } from '#core/errors.ts';
import { addDue, removeDue } from '#core/repositories/due.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { type Mail, readMails } from '#core/repositories/mails.ts';
import {
  existingRun,
  hasPausedMails,
  invoiceNumbers,
  isPaused,
  pausedKey,
  type Run,
  readRun,
  runLinePages,
} from '#core/repositories/runs.ts';
import { replace, type Stored } from '#core/repositories/stored.ts';
import { retryOnConflict, writeInChunks } from '#core/retry.ts';
import { mayBeTried } from './mail-state.ts';

/**
 * How many mails go into one write: each takes up to three changes, and the check of the pause takes one
 * more.
 */
const PER_WRITE = 33;
const PAGE = 200;

/**
 * Removes the due items of a paused run's mails, so that they block no other mails and nothing looks overdue.
 * `resumeRunMails` brings them back.
 * @returns whether the run is paused
 */
export async function pauseRunMails(runId: string, deps: Pick<Deps, 'table' | 'stop'>): Promise<boolean> {
  if (!(await isPaused(deps.table, runId))) return false;
  for await (const mails of runMailPages(runId, deps)) {
    throwIfStopped(deps);
    await pauseMails(runId, mails, deps);
  }
  return true;
}

/**
 * Removes the due items of these mails. If a mail has changed since it was read, or the run was resumed, the
 * chunk that it is in is left as it is.
 */
export async function pauseMails(
  runId: string,
  mails: readonly Stored<Mail>[],
  deps: Pick<Deps, 'table'>,
): Promise<void> {
  const resting = mails.filter(({ value }) => value.state !== 'sending' && value.dueAt !== undefined);
  for (let at = 0; at < resting.length; at += PER_WRITE) {
    const chunk = resting.slice(at, at + PER_WRITE);
    try {
      await deps.table.write([
        // The pause must still stand, so that this write does not take away what a resume has just made due.
        { check: pausedKey(runId), expect: 'present' },
        ...chunk.flatMap((mail) => {
          const { dueAt, ...rest } = mail.value;
          return [replace(mail, rest), removeDue(dueAt!, { kind: 'mail', id: mail.value.id })];
        }),
      ]);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/**
 * Makes the mails of a resumed run due that wait for a further try, in chunks that may be repeated after a
 * kill. Until that is done, the run itself stays due.
 * @returns whether there was anything to do
 * @throws Fault `interrupted`
 */
export async function resumeRunMails(
  runId: string,
  deps: Pick<Deps, 'table' | 'clock' | 'stop'>,
): Promise<boolean> {
  const run = (await readRun(deps.table, runId))?.value;
  if (!run || run.paused || !hasPausedMails(run)) return false;
  for await (const mails of runMailPages(runId, deps)) {
    const ids = mails.filter(({ value }) => isPausedMail(value, deps)).map(({ value }) => value.id);
    throwIfStopped(deps);
    if (ids.length > 0) await writeInChunks(ids, PER_WRITE, (chunk) => makeDue(chunk, deps));
  }
  await retryOnConflict(async () => {
    const found = await existingRun(deps.table, runId);
    // Only the pauses that were known at the start count as resumed: mails of a later pause are not due again
    // yet.
    const woken: Run = {
      ...found.value,
      mailsResumedAfter: Math.max(run.timesPaused ?? 0, found.value.mailsResumedAfter ?? 0),
    };
    const isAllDone = woken.finished && !woken.paused && !hasPausedMails(woken);
    await deps.table.write([
      replace(found, woken),
      ...(isAllDone ? [removeDue(woken.dueAt, { kind: 'run', id: runId })] : []),
    ]);
  });
  return true;
}

const isPausedMail = (mail: Mail, { clock }: Pick<Deps, 'clock'>): boolean =>
  mayBeTried(mail) && mail.state !== 'sending' && (mail.dueAt === undefined || mail.dueAt > clock.now());

async function makeDue(ids: readonly string[], deps: Pick<Deps, 'table' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  const mails = (await readMails(deps.table, ids)).filter(({ value }) => isPausedMail(value, deps));
  if (mails.length === 0) return;
  await deps.table.write(
    mails.flatMap((mail) => {
      const { id, dueAt } = mail.value;
      return [
        replace<Mail>(mail, { ...mail.value, dueAt: now }),
        ...(dueAt === undefined ? [] : [removeDue(dueAt, { kind: 'mail' as const, id })]),
        addDue(now, { kind: 'mail', id }),
      ];
    }),
  );
}

/** Yields, page by page, the newest mail of each of the run's invoices, if the run made that mail itself. */
export async function* runMailPages(
  runId: string,
  { table }: Pick<Deps, 'table'>,
): AsyncGenerator<Stored<Mail>[]> {
  for await (const page of runLinePages(table, runId, { limit: PAGE })) {
    const invoices = await readInvoices(table, invoiceNumbers(page));
    const ids = invoices.flatMap(({ value: { delivery } }) =>
      delivery.state === 'mail' ? [delivery.mailId] : [],
    );
    yield (await readMails(table, ids)).filter(({ value }) => value.run === runId);
  }
}

export async function hasWaitingMails(runId: string, deps: Pick<Deps, 'table'>): Promise<boolean> {
  for await (const page of runMailPages(runId, deps)) {
    if (page.some(({ value }) => mayBeTried(value))) return true;
  }
  return false;
}
