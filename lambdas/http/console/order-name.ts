import type { RunOrder } from '#core/domain/run-order.ts';

/** Names a run in a list: by its period, or by the one customer or invoice it is about. */
export function orderName(order: RunOrder): string {
  switch (order.kind) {
    case 'cycle':
      return order.period;
    case 'instant':
      return `Sofortrechnung ${order.customers[0]}`;
    case 'cancellation':
      return `Storno der Rechnung ${order.cancellation.invoice}`;
  }
}
