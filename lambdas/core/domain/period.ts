import { refuse } from '../errors.ts';
import { addDays, type Day, isDay, isoWeek, lastOfMonth, mondayOf } from './calendar.ts';
import type { Cycle } from './customer.ts';

/** One turn of a billing cycle; both days belong to it. */
export interface Period {
  readonly cycle: Cycle;
  /** `2026-10-31`, `2026-W44` (ISO 8601) or `2026-10`. */
  readonly text: string;
  readonly from: Day;
  readonly to: Day;
}

const FORMS: Readonly<Record<Cycle, { readonly pattern: RegExp; readonly example: string }>> = {
  daily: { pattern: /^20\d\d-\d\d-\d\d$/, example: '2026-10-31' },
  weekly: { pattern: /^20\d\d-W\d\d$/, example: '2026-W44' },
  monthly: { pattern: /^20\d\d-\d\d$/, example: '2026-10' },
};

/** @throws Fault `bad-input` for a text that names no period of this cycle, with the form that does */
export function parsePeriod(cycle: Cycle, text: string): Period {
  const trimmed = text.trim();
  const day = FORMS[cycle].pattern.test(trimmed) ? someDayOf(cycle, trimmed) : undefined;
  const period = day === undefined ? undefined : periodOf(cycle, day);
  if (period?.text === trimmed) return period;
  refuse(
    `"${trimmed.slice(0, 40)}" is not a ${cycle} period${otherCycle(cycle, trimmed)}; write it such as ${FORMS[cycle].example}`,
  );
}

/** A day, week or month, whichever it looks like. @throws Fault `bad-input` for a text that names none */
export const anyPeriod = (text: string): Period =>
  parsePeriod(/W/.test(text) ? 'weekly' : text.trim().length > 7 ? 'daily' : 'monthly', text);

/** The period of this cycle that a day belongs to. Periods of a cycle tile the calendar. */
export function periodOf(cycle: Cycle, day: Day): Period {
  if (cycle === 'daily') return { cycle, text: day, from: day, to: day };
  if (cycle === 'weekly') {
    const { year, week } = isoWeek(day);
    const from = mondayOf(year, week);
    return { cycle, text: `${year}-W${String(week).padStart(2, '0')}`, from, to: addDays(from, 6) };
  }
  const month = day.slice(0, 7);
  const to = lastOfMonth(Number(day.slice(0, 4)), Number(day.slice(5, 7)));
  return { cycle, text: month, from: `${month}-01`, to };
}

/** The last period that was over before that day began: what is billed on that day. */
export function previousPeriod(cycle: Cycle, day: Day): Period {
  return periodOf(cycle, addDays(periodOf(cycle, day).from, -1));
}

/** Undefined where there is no such day; a 53rd week of a year without one is caught by its day's own period. */
function someDayOf(cycle: Cycle, text: string): Day | undefined {
  if (cycle === 'weekly') return mondayOf(Number(text.slice(0, 4)), Number(text.slice(6)));
  const day = cycle === 'monthly' ? `${text}-01` : text;
  return isDay(day) ? day : undefined;
}

function otherCycle(cycle: Cycle, text: string): string {
  const other = Object.entries(FORMS).find(([name, form]) => name !== cycle && form.pattern.test(text));
  return other ? ` (${other[0]} ones look like that)` : '';
}
