import { previewInvoice } from '#core/billing/preview-invoice.ts';
import { makeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { Deps } from '#core/deps.ts';
import { printRun } from '#core/invoices/print-together.ts';
import type { PdfMerger, Pictures } from '#core/ports.ts';
import { billRun } from '#core/runs/complete-run.ts';
import type { DocumentsOnDemand } from '#core/runs/documents-on-demand.ts';

/**
 * Makes documents in the browser of this process.
 * @param continueRun makes the run go on, so that its mails are sent
 */
export function documentsHere(
  deps: Deps & { readonly merger: PdfMerger; readonly pictures: Pictures },
  continueRun: (runId: string) => Promise<void>,
): DocumentsOnDemand {
  return {
    async bill(runId) {
      await billRun(runId, deps);
      await continueRun(runId);
      return 'closed';
    },
    preview: (order) => previewInvoice(order, deps),
    deliveryNotes: (numbers, prices) => makeDeliveryNotes({ numbers }, prices, deps),
    async printFile(runId) {
      const bytes = await printRun(runId, (file) => file, deps);
      return bytes ? [{ fileName: `${runId}.pdf`, bytes }] : [];
    },
    pictures: deps.pictures,
  };
}
