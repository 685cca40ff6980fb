import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDay, formatDecimal, formatIban } from '#adapters/handlebars/engine/format.ts';
import { readLabels } from '#adapters/handlebars/engine/labels.ts';
import type { Day } from '#core/domain/calendar.ts';

/** Writes words and figures as our templates print them, for peers that cannot read HTML. */
export interface Formats {
  label(name: string, values?: Readonly<Record<string, unknown>>): string;
  money(cents: number): string;
  euro(cents: number): string;
  quantity(thousandths: number): string;
  unitPrice(tenThousandths: number): string;
  rate(hundredths: number): string;
  percent(hundredths: number): string;
  day(day: Day): string;
  iban(iban: string): string;
}

export function createFormats(templatesFolder: string, language: string): Formats {
  const { text: label, conventions } = readLabels(
    { text: (path) => readFileSync(join(templatesFolder, path), 'utf8') },
    language,
  );
  const figure = (decimals: number, least: number) => (value: number) =>
    formatDecimal(value, decimals, least, conventions);
  const [money, rate] = [figure(2, 2), figure(2, 0)];
  return {
    label,
    money,
    euro: (cents) => conventions.euro.replace('{amount}', money(cents)),
    quantity: figure(3, 0),
    unitPrice: figure(4, 2),
    rate,
    percent: (hundredths) => conventions.percent.replace('{figure}', rate(hundredths)),
    day: (day) => formatDay(day, conventions.day, conventions),
    iban: formatIban,
  };
}
