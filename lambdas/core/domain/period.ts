import { z } from 'zod';
import { refuse } from '../errors.ts';
import { addDays, type Day, isDay, isoWeek, lastOfMonth, mondayOf } from './calendar.ts';
import { CYCLES, type Cycle } from './customer.ts';

/** One period of a billing cycle; both days belong to it. */
export interface Period {
  readonly cycle: Cycle;
  /** `2026-10-31`, `2026-W44` (ISO 8601) or `2026-10`. */
  readonly text: string;
  readonly from: Day;
  readonly to: Day;
}

interface CycleRules {
  readonly pattern: RegExp;
  readonly example: string;
  /**
   * Returns some day of the period that a text of this pattern names; the day may not exist in the calendar.
   */
  readonly dayOf: (text: string) => Day;
  /**
   * Returns the period that contains a day. The periods of a cycle cover the calendar without gaps or
   * overlaps.
   */
  readonly around: (day: Day) => Omit<Period, 'cycle'>;
}

const RULES: Readonly<Record<Cycle, CycleRules>> = {
  daily: {
    pattern: /^20\d\d-\d\d-\d\d$/,
    example: '2026-10-31',
    dayOf: (text) => text,
    around: (day) => ({ text: day, from: day, to: day }),
  },
  weekly: {
    pattern: /^20\d\d-W\d\d$/,
    example: '2026-W44',
    // A 53rd week in a year without one is noticed because its day belongs to another period.
    dayOf: (text) => mondayOf(Number(text.slice(0, 4)), Number(text.slice(6))),
    around(day) {
      const { year, week } = isoWeek(day);
      const from = mondayOf(year, week);
      return { text: `${year}-W${String(week).padStart(2, '0')}`, from, to: addDays(from, 6) };
    },
  },
  monthly: {
    pattern: /^20\d\d-\d\d$/,
    example: '2026-10',
    dayOf: (text) => `${text}-01`,
    around(day) {
      const month = day.slice(0, 7);
      const to = lastOfMonth(Number(day.slice(0, 4)), Number(day.slice(5, 7)));
      return { text: month, from: `${month}-01`, to };
    },
  },
};

/**
 * Parses a period of this cycle.
 * @throws Fault `bad-input` for a text that names none, showing the right form
 */
export function parsePeriod(cycle: Cycle, text: string): Period {
  return findPeriod(cycle, text) ?? refuse(notAPeriod(cycle, text));
}

/**
 * Parses a day, week or month, whichever the text looks like.
 * @throws Fault `bad-input` for a text that names none
 */
export function anyPeriod(text: string): Period {
  const cycle = cycleOf(text);
  return cycle ? parsePeriod(cycle, text) : refuse(notAnyPeriod(text));
}

/** Makes the schema of a period as people write it: of this cycle, or of any cycle if none is given. */
export const period = (cycle?: Cycle) =>
  z
    .string()
    .transform((text, context): Period => {
      const looksLike = cycle ?? cycleOf(text);
      const found = looksLike && findPeriod(looksLike, text);
      if (found) return found;
      const message = looksLike ? notAPeriod(looksLike, text) : notAnyPeriod(text);
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ example: '2026-10' });

/** Returns the cycle whose periods are written this way. */
const cycleOf = (text: string): Cycle | undefined =>
  CYCLES.find((cycle) => RULES[cycle].pattern.test(text.trim()));

function findPeriod(cycle: Cycle, text: string): Period | undefined {
  const trimmed = text.trim();
  const { pattern, dayOf } = RULES[cycle];
  const day = pattern.test(trimmed) ? dayOf(trimmed) : undefined;
  const found = day !== undefined && isDay(day) ? periodOf(cycle, day) : undefined;
  return found?.text === trimmed ? found : undefined;
}

function notAPeriod(cycle: Cycle, text: string): string {
  const trimmed = text.trim();
  return `"${trimmed.slice(0, 40)}" is not a ${cycle} period${otherCycle(cycle, trimmed)}; write it such as ${RULES[cycle].example}`;
}

function notAnyPeriod(text: string): string {
  const forms = CYCLES.map((cycle) => `${RULES[cycle].example} (${cycle})`).join(', ');
  return `"${text.trim().slice(0, 40)}" is no period; write it such as ${forms}`;
}

export const periodOf = (cycle: Cycle, day: Day): Period => ({ cycle, ...RULES[cycle].around(day) });

/** Returns the last period that was over before a day began; on that day it is billed. */
export function previousPeriod(cycle: Cycle, day: Day): Period {
  return periodOf(cycle, addDays(periodOf(cycle, day).from, -1));
}

function otherCycle(cycle: Cycle, text: string): string {
  const other = CYCLES.find((one) => one !== cycle && RULES[one].pattern.test(text));
  return other ? ` (${other} ones look like that)` : '';
}
