import type { PreviewOrder } from '#core/billing/preview-invoice.ts';
import type { MadeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { Pictures } from '#core/ports.ts';

/**
 * Where documents are made while somebody waits: in this process, or by the function that has the browser. What it
 * cannot do it says as the use cases behind it do, by their faults.
 */
export interface DocumentsOnDemand {
  /**
   * Takes a run to its closed books; its mails then go their way.
   * @returns `later` when that takes longer than anybody waits: the run goes on by itself
   */
  bill(runId: string): Promise<'closed' | 'later'>;
  /** A draft with a watermark. */
  preview(order: PreviewOrder): Promise<Uint8Array>;
  /** Files the documents of delivery notes, where there are none yet. */
  deliveryNotes(noteIds: readonly string[], prices: boolean | undefined): Promise<MadeDeliveryNotes>;
  /** A run's paper post; what is in it counts as printed. Empty where nothing is to be printed. */
  printFile(runId: string): Promise<readonly PrintFilePart[]>;
  readonly pictures: Pictures;
}

/** One file of a run's paper post: its bytes, or an address where it can be fetched for some minutes. */
export type PrintFilePart = { readonly fileName: string } & (
  | { readonly bytes: Uint8Array }
  | { readonly url: string }
);
