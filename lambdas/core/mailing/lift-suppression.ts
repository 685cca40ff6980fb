import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { read, remove } from '#core/repositories/stored.ts';
import { suppressionKey, upgradeSuppression } from '#core/repositories/suppressions.ts';
import { retryOnConflict } from '#core/retry.ts';

/**
 * Lifts the suppression of an address on our own list and on the provider's, because a person knows that its
 * mailbox is well again. Invoices that could not be mailed meanwhile stay as they are; they may be mailed
 * again.
 * @throws Fault `not-found` for an address that is on neither list, `unavailable` if the provider does not
 *   answer
 */
export async function liftSuppression(
  address: string,
  deps: Pick<Deps, 'table' | 'openMailAccount' | 'log'>,
): Promise<void> {
  const account = deps.openMailAccount((await readSettings(deps.table)).mail);
  // The provider comes first: if that fails, the address still stands on our list, and the call can be
  // repeated.
  const byProvider = account ? (await account.suppressed([address])).size > 0 : false;
  if (byProvider) await account!.lift(address);
  const wasOurs = await retryOnConflict(async () => {
    const found = await read(deps.table, suppressionKey(address), upgradeSuppression);
    if (found) await deps.table.write([remove(found)]);
    return found !== undefined;
  });
  if (!wasOurs && !byProvider) {
    throw new Fault('not-found', `Nothing keeps mails from ${address}: it is not suppressed.`);
  }
  deps.log('info', 'suppression lifted', { address });
}
