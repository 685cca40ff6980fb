import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import { customerPartition, readCustomer } from '#core/repositories/customers.ts';
import { appendToJournal, putTombstone } from '#core/repositories/journal.ts';
import { billingKey, firstOpenNote, readBilling } from '#core/repositories/notes.ts';
import { remove } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';

/**
 * Deletes a customer who has nothing left to bill. Invoices and billed notes stay as they are, and so does
 * the customer's journal: a later customer with this number goes on with it.
 * @throws Fault `not-found`; `customer-in-use` while notes are open or just being billed
 */
export async function deleteCustomer(
  number: string,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<void> {
  await retryOnConflict(async () => {
    // The claims are read before the notes, because a note that arrives later changes the version of the
    // billing item.
    const billing = await readBilling(deps.table, number);
    const found = await readCustomer(deps.table, number);
    if (!found) throw new Fault('not-found', `There is no customer ${number}.`);
    const [claim] = billing?.value.claims ?? [];
    if (claim) {
      throw new Fault(
        'customer-in-use',
        `Customer ${number} is just being billed (run ${claim.runId}): delete it when the invoice is issued.`,
      );
    }
    const open = await firstOpenNote(deps.table, number);
    if (open) {
      throw new Fault(
        'customer-in-use',
        `Customer ${number} has open delivery notes, such as ${open.noteId}: bill or delete them first.`,
      );
    }
    const partition = customerPartition(number);
    const { change, head } = appendToJournal(deps.hasher, partition, found.value.journal, {
      at: instant(deps.clock.now()),
      event: 'customer deleted',
      data: { before: found.value.customer },
    });
    await deps.table.write([
      remove(found),
      billing ? remove(billing) : { check: billingKey(number), expect: 'absent' },
      change,
      putTombstone(partition, head),
    ]);
  });
}
