import { readFileSync } from 'node:fs';
import { type DemoRow, demoDeliveries } from './demo-deliveries.ts';
import { demoSettings } from './demo-settings.ts';

export interface DemoSet {
  /** The settings as in settings.json. */
  readonly settings: object;
  readonly customersCsv: string;
  readonly deliveriesCsv: string;
}

const DELIVERY_COLUMNS =
  'note;date;customer;position;article;description;quantity;unit;unit_price;vat_rate;discount_percent;vat_category;place'.split(
    ';',
  );

/**
 * Makes the files of a small wholesaler with one month of deliveries: 40 customers, about 1,000 delivery
 * notes. The same month gives the same files.
 * @param month `2026-10`
 * @param options `smtpPort`: port of a mail server on this machine
 */
export function demoSet(month: string, options: { readonly smtpPort: number }): DemoSet {
  return {
    settings: demoSettings(options.smtpPort),
    customersCsv: readFileSync(new URL('demo-customers.csv', import.meta.url), 'utf8'),
    deliveriesCsv: csv(DELIVERY_COLUMNS, demoDeliveries(month)),
  };
}

function csv(columns: readonly string[], rows: readonly DemoRow[]): string {
  const quote = (cell: string) => (/[;"\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const lines = rows.map((row) => columns.map((column) => quote(row[column] ?? '')).join(';'));
  return [columns.join(';'), ...lines, ''].join('\n');
}
