import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import type { Customer } from './domain/customer.ts';
import { whileImporting } from './import-lock.ts';
import type { Change } from './ports.ts';
import {
  type CustomerRecord,
  customerKey,
  customerPartition,
  readCustomers,
} from './repositories/customers.ts';
import { appendToJournal } from './repositories/journal.ts';
import { createOrReplace } from './repositories/stored.ts';
import { retryOnConflict } from './retry.ts';

export interface ImportFileInfo {
  readonly name: string;
  /** SHA-256 of its bytes. */
  readonly hash: string;
  /** Gives up another file whose import was interrupted. */
  readonly discardInterrupted?: boolean;
}
export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

const CHUNK = 40; // two changes each

/** Loads customers; the same again is no change. Safe to repeat. */
export async function importCustomers(
  customers: readonly Customer[],
  file: ImportFileInfo,
  deps: Pick<Deps, 'table' | 'clock' | 'workers' | 'hasher' | 'stop' | 'onProgress'>,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  await whileImporting(deps, file, async (renew) => {
    for (let start = 0; start < customers.length; start += CHUNK) {
      await renew();
      const counts = await retryOnConflict(() => writeChunk(customers.slice(start, start + CHUNK), deps));
      result.created += counts.created;
      result.updated += counts.updated;
      result.unchanged += counts.unchanged;
      const done = Math.min(start + CHUNK, customers.length);
      deps.onProgress?.({ phase: 'import', done, total: customers.length });
    }
  });
  return result;
}

async function writeChunk(
  customers: readonly Customer[],
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  const existing = await readCustomers(
    deps.table,
    customers.map((customer) => customer.number),
  );
  const changes: Change[] = [];
  for (const [index, customer] of customers.entries()) {
    const old = existing[index];
    if (old && JSON.stringify(old.value.customer) === JSON.stringify(customer)) {
      result.unchanged++;
      continue;
    }
    const { change, head } = appendToJournal(
      deps.hasher,
      customerPartition(customer.number),
      old?.value.journal,
      {
        at: instant(deps.clock.now()),
        event: old ? 'customer changed' : 'customer created',
        data: old ? { before: old.value.customer, after: customer } : { after: customer },
      },
    );
    const record: CustomerRecord = { customer, journal: head };
    changes.push(createOrReplace(customerKey(customer.number), old, record), change);
    if (old) result.updated++;
    else result.created++;
  }
  if (changes.length > 0) await deps.table.write(changes);
  return result;
}
