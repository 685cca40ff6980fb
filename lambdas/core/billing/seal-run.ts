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
 * Seals a planned run: reserves the invoice numbers of all its drafts in one write. The number of a draft is
 * the first number plus the draft's ordinal, so every number stays assigned to its draft even if the
 * documents cannot be made.
 * @returns false if the run is paused
 * @throws Fault `number-taken` if an invoice of another number format has one of the numbers; nothing is
 *   changed then
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
    // The numbering is read now instead of taken from the run's settings: if the format was refused, somebody
    // can correct it and the run goes on.
    const { numbering } = await readSettings(deps.table);
    const newest = await readNewestDate(deps.table);
    const newestDate = newest?.value.date ?? '';
    // A run that was planned later may have been sealed first; the later date keeps dates rising with the
    // numbers.
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
