import { noteChanges } from '#core/deliveries/put-note.ts';
import type { Deps } from '#core/deps.ts';
import { noteIdOf } from '#core/domain/delivery-note.ts';
import { requestFingerprint } from '#core/domain/identity.ts';
import type { InstantRequest } from '#core/domain/run-order.ts';
import { Fault } from '#core/errors.ts';
import type { Key } from '#core/ports.ts';
import { customerPresent } from '#core/repositories/customers.ts';
import { readTombstones } from '#core/repositories/journal.ts';
import { notePartition } from '#core/repositories/notes.ts';
import { listRunLines, readRun, runLineKey } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { create } from '#core/repositories/stored.ts';
import { noteOfLines, planInstant, runOrderOf } from './instant-order.ts';
import { lineOf } from './plan-run.ts';
import { type StartDeps, startRun } from './start-run.ts';

type InstantDeps = StartDeps & Pick<Deps, 'fonts'>;

/**
 * Names the item `IDEMPOTENCY / <hash of the key>`, which remembers for ever the run started under an
 * Idempotency-Key and the hash of the order, so that the key cannot be used for a different order.
 */
const onceKey = (hash: string): Key => ({ partition: 'IDEMPOTENCY', sort: hash });

/**
 * Starts a run with one draft that makes one invoice now. If the order names no output, the setting
 * `autoPdfForInstantInvoices` decides: on, the invoice is mailed if the customer gets invoices by mail; off,
 * it is shown on the screen and nothing is sent.
 *
 * The write that starts the run also claims the notes and stores a note made from given lines, so a refused
 * order leaves nothing behind. With an idempotency key, repeating the order at any time returns its first
 * run. Without a key, the order joins an unfinished run over the same notes.
 * @returns the id of the run, which the caller must get driven to its end
 * @throws Fault as `planInstant`, `noteOfLines` and `startRun` do; `idempotency-mismatch` if the key was used
 *   before for another order
 */
export async function startInstantInvoice(
  { idempotencyKey, ...order }: InstantRequest & { readonly idempotencyKey?: string },
  deps: InstantDeps,
): Promise<string> {
  const once = idempotencyKey === undefined ? undefined : onceKey(deps.hasher.sha256(idempotencyKey));
  const request = once && deps.hasher.sha256(requestFingerprint(order));
  const { ordering } = await readSettings(deps.table);
  const arriving = noteOfLines(order, deps);
  const output = order.output ?? (ordering.autoPdfForInstantInvoices ? 'pdf' : 'screen');
  const runOrder = runOrderOf(order, arriving, output);
  return startRun(runOrder, deps, once, {
    ...(request ? { request } : {}),
    alone: arriving !== undefined,
    firstSteps: async (run, settings) => {
      const { customer, plan } = await planInstant(run, runOrder, settings, arriving, deps);
      const changes = [create(runLineKey(run.id, customer.number), lineOf(customer, plan, 0)), plan.guard];
      if (arriving) {
        const [former] = await readTombstones(deps.table, [notePartition(noteIdOf(arriving))]);
        changes.push(customerPresent(customer.number), ...noteChanges(arriving, undefined, former, deps));
      }
      const planned = { drafts: 1, held: 0, nothing: 0 };
      return { run: { ...run, cursor: customer.number, planned }, changes };
    },
  });
}

/**
 * Starts an instant invoice as `startInstantInvoice` does, and drives its run to the end.
 * @param drive takes the run to its end
 * @returns the id of the run
 */
export async function createInstantInvoice(
  order: Parameters<typeof startInstantInvoice>[0],
  deps: InstantDeps,
  drive: (runId: string) => Promise<unknown>,
): Promise<string> {
  const runId = await startInstantInvoice(order, deps);
  await drive(runId);
  return runId;
}

/**
 * What became of an instant invoice or a cancellation. It is `under way` also while its run is paused. A
 * `failed` or `held` one is retried automatically.
 */
export type InstantResult =
  | { readonly state: 'issued'; readonly invoice: string }
  | { readonly state: 'under way' }
  | { readonly state: 'failed' | 'held'; readonly reasons: readonly string[] };

/**
 * Returns what became of an instant invoice or a cancellation, both of which are runs with one draft.
 * @throws Fault `not-found` if there is no such run or it is the run of a billing cycle
 */
export async function instantResult(runId: string, deps: Pick<Deps, 'table'>): Promise<InstantResult> {
  const run = await readRun(deps.table, runId);
  if (!run || run.value.order.kind === 'cycle') {
    throw new Fault('not-found', `There is no run ${runId} of one invoice.`);
  }
  const [line] = await listRunLines(deps.table, runId, { limit: 1 });
  if (!line) return { state: 'under way' };
  const { value } = line;
  if (value.state === 'issued') return { state: 'issued', invoice: value.invoice };
  if (value.state === 'failed' || value.state === 'held')
    return { state: value.state, reasons: value.reasons };
  return { state: 'under way' };
}
