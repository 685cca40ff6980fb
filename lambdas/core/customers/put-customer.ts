import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { languageProblem } from '#core/domain/check-document.ts';
import type { Customer } from '#core/domain/customer.ts';
import { customerFingerprint } from '#core/domain/identity.ts';
import { refuse } from '#core/errors.ts';
import type { PutOutcome } from '#core/imports/import-file.ts';
import type { Change } from '#core/ports.ts';
import {
  type CustomerRecord,
  customerKey,
  customerPartition,
  readCustomer,
} from '#core/repositories/customers.ts';
import { appendToJournal, type JournalHead, readTombstones } from '#core/repositories/journal.ts';
import { createOrReplace, remove, type Stored } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';
import { templatesInForce } from '#core/templates/template-set.ts';

/**
 * Creates or replaces a customer in one write; an unchanged customer is not written.
 * @throws Fault `bad-input` for a language that has no labels
 */
export async function putCustomer(
  customer: Customer,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher' | 'openTemplates'>,
): Promise<PutOutcome> {
  const { languages } = await templatesInForce(deps);
  const unspoken = languageProblem(customer.language, languages);
  if (unspoken) refuse(`The language ${unspoken}.`);
  return retryOnConflict(async () => {
    const old = await readCustomer(deps.table, customer.number);
    const [former] = old ? [] : await readTombstones(deps.table, [customerPartition(customer.number)]);
    const { outcome, changes } = customerPut(customer, old, former, deps);
    if (changes.length > 0) await deps.table.write(changes);
    return outcome;
  });
}

/**
 * Returns the changes that create or replace a customer, at most three.
 * @param former the head of the journal of a deleted customer with this number
 */
export function customerPut(
  customer: Customer,
  old: Stored<CustomerRecord> | undefined,
  former: Stored<JournalHead> | undefined,
  deps: Pick<Deps, 'clock' | 'hasher'>,
): { readonly outcome: PutOutcome; readonly changes: readonly Change[] } {
  if (old && customerFingerprint(old.value.customer) === customerFingerprint(customer)) {
    return { outcome: 'unchanged', changes: [] };
  }
  const { change, head } = appendToJournal(
    deps.hasher,
    customerPartition(customer.number),
    old?.value.journal ?? former?.value,
    {
      at: instant(deps.clock.now()),
      event: old ? 'customer changed' : 'customer created',
      data: old ? { before: old.value.customer, after: customer } : { after: customer },
    },
  );
  const record: CustomerRecord = { customer, journal: head };
  return {
    outcome: old ? 'updated' : 'created',
    changes: [
      createOrReplace(customerKey(customer.number), old, record),
      change,
      ...(former ? [remove(former)] : []),
    ],
  };
}
