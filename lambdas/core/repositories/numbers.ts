import type { Day } from '#core/domain/calendar.ts';
import type { Key, Table } from '#core/ports.ts';
import { read, sinceVersion1 } from './stored.ts';

/** `NUMBERS#<range> / COUNTER`: one counter for each number range and year, kept apart from the settings. */
export interface Counter {
  /** The next number that nobody has. */
  readonly next: number;
}

/**
 * `NUMBERS#<range> / RESERVED#<first>`: the numbers reserved for a run. A draft's number is `first` plus its
 * ordinal in the run.
 */
export interface Reservation {
  readonly first: number;
  readonly count: number;
  readonly runId: string;
  readonly at: string;
}

export const rangePartition = (range: string): string => `NUMBERS#${range}`;
export const counterKey = (range: string): Key => ({ partition: rangePartition(range), sort: 'COUNTER' });
export const reservationKey = (range: string, first: number): Key => ({
  partition: rangePartition(range),
  sort: `RESERVED#${String(first).padStart(10, '0')}`,
});
/** The date of the newest invoice of all ranges: no later number may bear an earlier date. */
export const NEWEST_DATE: Key = { partition: 'NUMBERS', sort: 'NEWEST-DATE' };

export const readCounter = (table: Table, range: string) =>
  read(table, counterKey(range), sinceVersion1<Counter>);
export const readNewestDate = (table: Table) =>
  read(table, NEWEST_DATE, sinceVersion1<{ readonly date: Day }>);
