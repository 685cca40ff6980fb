import { readFileSync } from 'node:fs';
import { type DemoRow, demoDeliveries } from './demo-deliveries.ts';
import { demoSettings } from './demo-settings.ts';

export interface DemoSet {
  /** As settings.json holds them. */
  readonly settings: object;
  readonly customersCsv: string;
  readonly deliveriesCsv: string;
}

const DELIVERY_COLUMNS =
  'note;date;customer;position;article;description;quantity;unit;unit_price;vat_rate;discount_percent;vat_category;place'.split(
    ';',
  );

/**
 * A small wholesaler and one month of its deliveries: 40 customers, about 1,000 delivery notes; the same month makes
 * the same files. `smtpPort` is that of a mail server on this machine.
 * @param month `2026-10`
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
