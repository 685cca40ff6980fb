import type { DeliveryOverview, Invoice } from '#core/domain/invoice.ts';
import type { DocumentOptions } from '#core/ports.ts';
import { type DocumentView, documentView } from './document-view.ts';
import type { Engine } from './engine.ts';
import { type OverviewBlock, overviewBlocks, WIDTHS } from './overview-blocks.ts';

/** What `delivery-overview.hbs` may use. */
export interface OverviewView extends DocumentView {
  readonly overview: DeliveryOverview;
  readonly blocks: readonly OverviewBlock[];
  readonly widths: typeof WIDTHS;
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
    blocks: overviewBlocks(overview, (quantity) => engine.figure(quantity, 3, 0)),
    widths: WIDTHS,
  };
}
