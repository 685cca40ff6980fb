import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { formatNumber, rangeOf } from '#core/domain/number-format.ts';
import { Fault } from '#core/errors.ts';
import { invoiceKey } from '#core/repositories/invoices.ts';
import {
  counterKey,
  NEWEST_DATE,
  type Reservation,
  readCounter,
  readNewestDate,
  reservationKey,
} from '#core/repositories/numbers.ts';
import { type Run, readRun } from '#core/repositories/runs.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { create, createOrReplace, replace } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';

/**
 * Reserves the numbers of all drafts of a planned run in one write. A draft's number is the first one plus its
 * place; which draft that was stays on record even when its documents cannot be made.
 * @returns false when the run is paused
 * @throws Fault `number-taken`, with nothing changed, when an invoice of another format has one of the numbers
 */
export async function sealRun(runId: string, deps: Pick<Deps, 'table' | 'clock'>): Promise<boolean> {
  return retryOnConflict(async () => {
    const run = await readRun(deps.table, runId);
    if (run?.value.state !== 'planning') return true;
    if (run.value.paused) return false;
    const sealedAt = instant(deps.clock.now());
    const count = run.value.planned.drafts;
    if (count === 0) {
      const sealed: Run = { ...run.value, state: 'sealed', sealedAt };
      await deps.table.write([replace(run, sealed)]);
      return true;
    }
    // As it is now, not when the run was planned: a refused format can be mended, and the run goes on.
    const { numbering } = await readSettings(deps.table);
    const newest = await readNewestDate(deps.table);
    const newestDate = newest?.value.date ?? '';
    // A run planned later may have been sealed first: dates rise with the numbers all the same.
    const invoiceDate = run.value.invoiceDate > newestDate ? run.value.invoiceDate : newestDate;
    const range = rangeOf(numbering.format, invoiceDate);
    const counter = await readCounter(deps.table, range);
    const first = counter?.value.next ?? numbering.firstNumber;
    const numbers = Array.from({ length: count }, (_, place) =>
      formatNumber(numbering.format, first + place, invoiceDate),
    );
    await refuseTakenNumbers(numbers, deps);
    const reservation: Reservation = { first, count, runId, at: sealedAt };
    const sealed: Run = {
      ...run.value,
      state: 'sealed',
      sealedAt,
      invoiceDate,
      numbers: { range, first, format: numbering.format },
    };
    await deps.table.write([
      replace(run, sealed),
      createOrReplace(counterKey(range), counter, { next: first + count }),
      create(reservationKey(range, first), reservation),
      createOrReplace(NEWEST_DATE, newest, { date: invoiceDate }),
    ]);
    return true;
  });
}

async function refuseTakenNumbers(numbers: readonly string[], deps: Pick<Deps, 'table'>): Promise<void> {
  const taken = await deps.table.getMany(numbers.map(invoiceKey));
  const index = taken.findIndex((item) => item !== undefined);
  if (index === -1) return;
  throw new Fault(
    'number-taken',
    `Invoice number ${numbers[index]} exists already, from another number format: choose a format in numbering.format whose numbers are new, and start the run again. No number was taken.`,
  );
}
