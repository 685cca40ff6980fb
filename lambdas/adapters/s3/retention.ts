import { refuse } from '#core/errors.ts';

const YEARS = 8;

/**
 * Returns the time until which nobody may delete a file: the end of 31 December of the eighth year after the
 * invoice's, for the keys under `invoices/`. § 14b (1) UStG and § 147 (3) and (4) AO demand that invoices be
 * kept for eight years from the end of the year in which they were made. The year is read from the file name,
 * which ends in the invoice date and a number whatever the folders are:
 * `invoices/Rechnung-10001-2026000123-2026-10-31-1.pdf`.
 * @returns undefined for other keys
 * @throws Fault `bad-input` for a key under `invoices/` whose name has no date: it must not be filed
 * unprotected
 */
export function retainUntil(key: string): Date | undefined {
  if (!key.startsWith('invoices/')) return undefined;
  const [, year] =
    /-(\d{4})-\d{2}-\d{2}-\d+\.\w+$/.exec(key) ??
    refuse(`${key} does not end in the invoice date, so nobody knows how long to keep it; name it otherwise`);
  return new Date(`${Number(year) + YEARS}-12-31T23:59:59Z`);
}
