import type { PreviewOrder } from '#core/billing/preview-invoice.ts';
import type { MadeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { Pictures } from '#core/ports.ts';

/**
 * Makes documents while somebody waits for them: in this process, or in the function that has the browser. It
 * throws the faults of the use cases behind it, so that callers need not know where they run.
 */
export interface DocumentsOnDemand {
  /**
   * Takes a run to its closed books; its mails are sent afterwards, without the caller waiting.
   * @returns `later` if that takes longer than anybody wants to wait; the run then goes on by itself
   */
  bill(runId: string): Promise<'closed' | 'later'>;
  /** Prints a preview of an instant invoice, with a watermark, and stores nothing. */
  preview(order: PreviewOrder): Promise<Uint8Array>;
  /** Makes and files the documents of delivery notes that have none yet. */
  deliveryNotes(noteIds: readonly string[], prices: boolean | undefined): Promise<MadeDeliveryNotes>;
  /**
   * Makes the print file of a run's paper post and marks its invoices as printed; empty if nothing is to be
   * printed.
   */
  printFile(runId: string): Promise<readonly PrintFilePart[]>;
  readonly pictures: Pictures;
}

/** One file of a run's paper post: its bytes, or a URL from which it can be downloaded for some minutes. */
export type PrintFilePart = { readonly fileName: string } & (
  | { readonly bytes: Uint8Array }
  | { readonly url: string }
);
