import type { DeliveryOverview, Invoice, InvoiceLine, OverviewRow } from './invoice.ts';
import { sum } from './money.ts';
import { compareBytes, naturalKey } from './natural-order.ts';

/**
 * Sums up what was delivered of each article, by day and over all places. Its net equals that of the invoice.
 */
export function deliveryOverview(invoice: Invoice): DeliveryOverview {
  const deliveries = invoice.places.flatMap(({ notes }) =>
    notes.flatMap((note) => note.lines.map((line) => ({ line, day: note.date }))),
  );
  const articles = Map.groupBy(deliveries, ({ line }) => keyOf(line));
  const rows = [...articles]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([, of]): OverviewRow => {
      const { article, description, unit } = of[0]!.line;
      const days = [...Map.groupBy(of, ({ day }) => day)]
        .sort(([a], [b]) => compareBytes(a, b))
        .map(([day, its]) => ({ day, quantity: sum(its.map(({ line }) => line.quantity)) }));
      return {
        article,
        description,
        unit,
        days,
        quantity: sum(days.map(({ quantity }) => quantity)),
        net: sum(of.map(({ line }) => line.net)),
      };
    });
  return { rows, net: sum(rows.map((row) => row.net)) };
}

/**
 * Makes a sort key: natural order of article, then description, then unit. The line feed between them sorts
 * before everything that an article may contain.
 */
const keyOf = ({ article, description, unit }: InvoiceLine): string =>
  [naturalKey(article), naturalKey(description), unit].join('\n');
