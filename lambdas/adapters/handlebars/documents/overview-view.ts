import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { DeliveryOverview, Invoice } from '#core/domain/invoice.ts';
import type { DocumentOptions } from '#core/ports.ts';
import { type DocumentView, documentView } from './document-view.ts';
import { type OverviewLayout, overviewLayout } from './overview-blocks.ts';

/** The fields that `delivery-overview.hbs` may use. */
export interface OverviewView extends DocumentView, OverviewLayout {
  readonly overview: DeliveryOverview;
}

export function overviewView(
  invoice: Invoice,
  overview: DeliveryOverview,
  engine: Engine,
  options: DocumentOptions,
): OverviewView {
  const title = `${engine.label('documents.overview.title')} ${invoice.number}`;
  return {
    ...documentView(invoice, title, options),
    overview,
    ...overviewLayout(overview, {
      quantity: (thousandths) => engine.figure(thousandths, 3, 0),
      money: (cents) => engine.figure(cents, 2, 2),
      unit: (unit) => engine.label(`units.${unit}`),
      heads: {
        article: engine.label('documents.article'),
        unit: engine.label('documents.unit'),
        sum: engine.label('documents.overview.sum'),
        net: engine.label('documents.net'),
      },
    }),
  };
}
