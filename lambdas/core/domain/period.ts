import { z } from 'zod';
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
  return findPeriod(cycle, text) ?? refuse(notAPeriod(cycle, text));
}

/** A day, week or month, whichever it looks like. @throws Fault `bad-input` for a text that names none */
export const anyPeriod = (text: string): Period => parsePeriod(likelyCycle(text), text);

/** A period as people write it: one of this cycle, or without a cycle a day, week or month. */
export const period = (cycle?: Cycle) =>
  z
    .string()
    .transform((text, context): Period => {
      const looksLike = cycle ?? likelyCycle(text);
      const found = findPeriod(looksLike, text);
      if (found) return found;
      const message = cycle || hasForm(looksLike, text) ? notAPeriod(looksLike, text) : notAnyPeriod(text);
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ example: '2026-10' });

function findPeriod(cycle: Cycle, text: string): Period | undefined {
  const trimmed = text.trim();
  const day = hasForm(cycle, trimmed) ? someDayOf(cycle, trimmed) : undefined;
  const found = day === undefined ? undefined : periodOf(cycle, day);
  return found?.text === trimmed ? found : undefined;
}

const hasForm = (cycle: Cycle, text: string): boolean => FORMS[cycle].pattern.test(text.trim());

const likelyCycle = (text: string): Cycle =>
  /W/.test(text) ? 'weekly' : text.trim().length > 7 ? 'daily' : 'monthly';

function notAPeriod(cycle: Cycle, text: string): string {
  const trimmed = text.trim();
  return `"${trimmed.slice(0, 40)}" is not a ${cycle} period${otherCycle(cycle, trimmed)}; write it such as ${FORMS[cycle].example}`;
}

const notAnyPeriod = (text: string): string =>
  `"${text.trim().slice(0, 40)}" is no period; write a month such as ${FORMS.monthly.example}, a week such as ${FORMS.weekly.example} or a day such as ${FORMS.daily.example}`;

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
