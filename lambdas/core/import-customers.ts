import type { Deps } from './deps.ts';
import type { Customer } from './domain/customer.ts';
import { whileImporting } from './import-lock.ts';
import { customerPut, type PutOutcome } from './put-customer.ts';
import { customerPartition, readCustomers } from './repositories/customers.ts';
import { readFormers } from './repositories/journal.ts';
import { writeInChunks } from './retry.ts';

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

/** Two changes each, three for one who had been deleted. */
const CHUNK = 40;

/** Loads customers; the same again is no change. Safe to repeat. */
export async function importCustomers(
  customers: readonly Customer[],
  file: ImportFileInfo,
  deps: Pick<Deps, 'table' | 'clock' | 'workers' | 'hasher' | 'stop' | 'onProgress'>,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  await whileImporting(deps, file, (renew) =>
    writeInChunks(customers, CHUNK, async (chunk) => {
      await renew();
      for (const outcome of await writeChunk(chunk, deps)) result[outcome]++;
      const done = result.created + result.updated + result.unchanged;
      deps.onProgress?.({ phase: 'import', done, total: customers.length });
    }),
  );
  return result;
}

async function writeChunk(
  customers: readonly Customer[],
  deps: Pick<Deps, 'table' | 'clock' | 'hasher'>,
): Promise<PutOutcome[]> {
  const numbers = customers.map((customer) => customer.number);
  const existing = await readCustomers(deps.table, numbers);
  const formers = await readFormers(deps.table, numbers.map(customerPartition));
  const puts = customers.map((customer, index) =>
    customerPut(customer, existing[index], formers[index], deps),
  );
  const changes = puts.flatMap((put) => put.changes);
  if (changes.length > 0) await deps.table.write(changes);
  return puts.map(({ outcome }) => outcome);
}
