import type { Deps } from '#core/deps.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { ImportFileInfo, ImportResult, PutOutcome } from '#core/imports/import-file.ts';
import { whileImporting } from '#core/imports/import-lock.ts';
import { customerPartition, readCustomers } from '#core/repositories/customers.ts';
import { readTombstones } from '#core/repositories/journal.ts';
import { writeInChunks } from '#core/retry.ts';
import { customerPut } from './put-customer.ts';

/** Customers in one write: each takes two changes, or three if the number had been deleted. */
const CHUNK = 40;

/** Imports customers; a customer that is unchanged is not written. Safe to repeat. */
export async function importCustomers(
  customers: readonly Customer[],
  file: ImportFileInfo,
  deps: Pick<Deps, 'table' | 'clock' | 'workers' | 'hasher' | 'stop' | 'onProgress'>,
): Promise<ImportResult> {
  const result = { created: 0, updated: 0, unchanged: 0 };
  const report = (done: number) => deps.onProgress?.({ phase: 'customers', done, total: customers.length });
  report(0);
  await whileImporting(deps, file, (renew) =>
    writeInChunks(customers, CHUNK, async (chunk) => {
      await renew();
      for (const outcome of await writeChunk(chunk, deps)) result[outcome]++;
      report(result.created + result.updated + result.unchanged);
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
  const formers = await readTombstones(deps.table, numbers.map(customerPartition));
  const puts = customers.map((customer, index) =>
    customerPut(customer, existing[index], formers[index], deps),
  );
  const changes = puts.flatMap((put) => put.changes);
  if (changes.length > 0) await deps.table.write(changes);
  return puts.map(({ outcome }) => outcome);
}
