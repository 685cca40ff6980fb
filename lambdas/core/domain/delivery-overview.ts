import type { DeliveryOverview, Invoice, InvoiceLine, OverviewRow } from './invoice.ts';
import { sum } from './money.ts';
import { compareBytes, naturalKey } from './natural-order.ts';

/** What was delivered of each article, by day; over all places. Its net is the invoice's. */
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

/** Natural order of article, then description, then unit; a line feed sorts before all that an article may hold. */
const keyOf = ({ article, description, unit }: InvoiceLine): string =>
  [naturalKey(article), naturalKey(description), unit].join('\n');
