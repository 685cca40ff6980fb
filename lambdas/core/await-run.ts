import type { Deps } from './deps.ts';
import { isOpen, runMails } from './drive-run.ts';
import { Fault } from './errors.ts';
import type { Queue } from './ports.ts';
import { type Run, readRun, runLinePages } from './repositories/runs.ts';

type AwaitDeps = Pick<Deps, 'table' | 'clock' | 'stop' | 'onProgress'> & { readonly queue: Queue };

const LOOK_MS = 2000;
const PAGE = 200;

/**
 * Lets other processes take a run to its end, and watches: until its books are closed and each of its mails was tried.
 * @throws Fault `not-found`; `interrupted` when this process is asked to stop (the run goes on all the same)
 */
export async function awaitRun(runId: string, deps: AwaitDeps): Promise<Run> {
  await deps.queue.wake([{ kind: 'run', id: runId }]);
  const documents = { after: '', done: 0 };
  for (;;) {
    const run = (await readRun(deps.table, runId))?.value;
    if (!run) throw new Fault('not-found', `There is no run ${runId}.`);
    const { drafts, held, nothing } = run.planned;
    if (run.state === 'planning') {
      deps.onProgress?.({ phase: 'plan', done: drafts + held + nothing, total: undefined });
    } else if (!run.finished) {
      await countEnded(runId, documents, deps);
      deps.onProgress?.({ phase: 'documents', done: documents.done, total: drafts });
    } else {
      const mails = await runMails(runId, deps);
      const waiting = mails.filter(({ state }) => state === 'queued' || state === 'sending').length;
      if (waiting === 0) return run;
      deps.onProgress?.({ phase: 'mail', done: mails.length - waiting, total: mails.length });
    }
    if (deps.stop.aborted) {
      throw new Fault('interrupted', 'Stopped watching. The run goes on by itself: see `report`.');
    }
    await deps.clock.wait(LOOK_MS);
  }
}

/** Goes on where the last look ended: what was done before the first open line is not read again. */
async function countEnded(
  runId: string,
  seen: { after: string; done: number },
  { table }: Pick<Deps, 'table'>,
): Promise<void> {
  for await (const page of runLinePages(table, runId, { after: seen.after, limit: PAGE })) {
    for (const { value } of page) {
      if (isOpen(value)) return;
      seen.after = value.customer;
      if (value.draft) seen.done++;
    }
  }
}
