/**
 * Exact money. Every figure is an integer in a fixed unit, held in a `number` far below 2^53; products are
 * computed in bigint and rounded once, halves away from zero. No float ever holds money.
 */

/** Euro cents. */
export type Cents = number;
/** Thousandths of a unit: 3,275 kg is 3275. Negative for returns. */
export type Quantity = number;
/** Ten-thousandths of a euro: 0,8915 is 8915. */
export type UnitPrice = number;
/** Hundredths of a percent: 2,5 % is 250. */
export type Percent = number;

/**
 * Returns `numerator / denominator`, rounded to the nearest integer, halves away from zero. The denominator
 * must be positive.
 */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/**
 * Computes the net of a line (EN 16931 BT-131): quantity × unit price × (1 − discount), rounded once to
 * cents.
 */
export function lineNet(quantity: Quantity, unitPrice: UnitPrice, discount: Percent): Cents {
  const exact = BigInt(quantity) * BigInt(unitPrice) * BigInt(10_000 - discount);
  return exactNumber(divideRounded(exact, (1_000n * 10_000n * 10_000n) / 100n));
}

/**
 * Computes a share of an amount, rounded once to cents: VAT on a category's net (EN 16931 BR-CO-17), or a
 * Skonto.
 */
export function percentOf(amount: Cents, percent: Percent): Cents {
  return exactNumber(divideRounded(BigInt(amount) * BigInt(percent), 10_000n));
}

export function sum(amounts: Iterable<Cents>): Cents {
  let total = 0;
  for (const amount of amounts) total += amount;
  if (!Number.isSafeInteger(total)) throw new RangeError(`sum ${total} is too large to be exact`);
  return total;
}

/**
 * Writes an integer with `decimals` implied places as a plain decimal: `plainDecimal(-4050, 2)` is `-40.50`.
 */
export function plainDecimal(value: number, decimals: number): string {
  const digits = Math.abs(value)
    .toString()
    .padStart(decimals + 1, '0');
  const sign = value < 0 ? '-' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Writes an amount as the API and reports show it: `-40.50`. */
export const euros = (amount: Cents): string => plainDecimal(amount, 2);

function exactNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is too large to be exact`);
  return number;
}
