import type { Deps } from './deps.ts';
import { driveRun } from './drive-run.ts';
import { Fault } from './errors.ts';
import { issueCustomers } from './issue-customers.ts';
import type { Queue, Wake } from './ports.ts';
import { listDue } from './repositories/due.ts';
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
  const runs = await dueRuns(deps);
  for (const id of runs) await unlessItFails('run', id, deps, () => driveRun(id, deps));
  const invoices = await dueInvoices(deps);
  for (const { run, customer } of invoices) {
    await unlessItFails('invoice', `${run}/${customer}`, deps, () => issueCustomers(run, [customer], deps));
  }
  // Last, for there may be more of them by now.
  const mails = await dueMails(deps);
  if (mails.length > 0) await unlessItFails('mail', mails.join(), deps, () => sendMails(mails, deps));
  return runs.length + invoices.length + mails.length;
}

/** The same where other functions do the work: puts all of it into their queues. */
export async function sweepToQueues(deps: DueDeps & { readonly queue: Queue }): Promise<number> {
  const calls: Wake[] = [
    ...(await dueRuns(deps)).map((id): Wake => ({ kind: 'run', id })),
    ...(await dueInvoices(deps)).map(
      ({ run, customer }): Wake => ({ kind: 'documents', run, customers: [customer] }),
    ),
    ...(await dueMails(deps)).map((id): Wake => ({ kind: 'mail', id })),
  ];
  await deps.queue.wake(calls);
  return calls.length;
}

type DueDeps = Pick<Deps, 'table' | 'clock' | 'workers'>;

const dueRuns = (deps: DueDeps) => listDue('run', RUN_LEASE_MS, deps);
const dueMails = (deps: DueDeps) => listDue('mail', MAIL_LEASE_MS, deps);
const dueInvoices = async (deps: DueDeps) =>
  (await listDue('invoice', 0, deps)).map((id) => {
    const [run = '', customer = ''] = id.split('/');
    return { run, customer };
  });

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
