import type { Deps } from '#core/deps.ts';
import { bill } from '#core/domain/bill.ts';
import type { InstantRequest } from '#core/domain/run-order.ts';
import { Fault } from '#core/errors.ts';
import { readNotes } from '#core/repositories/notes.ts';
import { noteOfLines, planInstant, runOrderOf } from './instant-order.ts';
import { newRun, type StartDeps } from './start-run.ts';

export type PreviewOrder = Pick<InstantRequest, 'customer' | 'notes' | 'lines' | 'note' | 'invoiceDate'>;

/**
 * Prints a preview of the instant invoice that this order would make, with a watermark and without an invoice
 * number. Nothing is stored.
 * @returns the PDF
 * @throws Fault as the order itself would be refused with; `unavailable` if the preview cannot be printed
 */
export async function previewInvoice(
  order: PreviewOrder,
  deps: StartDeps & Pick<Deps, 'printer' | 'fonts'>,
): Promise<Uint8Array> {
  const arriving = noteOfLines(order, deps);
  const runOrder = runOrderOf(order, arriving, 'screen');
  const { run, settings } = await newRun(runOrder, deps);
  const { customer, plan } = await planInstant(run, runOrder, settings, arriving, deps);
  const found = arriving ? [] : await readNotes(deps.table, plan.draft.noteIds);
  const templates = await deps.openTemplates(run.templates ?? {});
  const invoice = bill({
    number: templates.label(customer.language, 'documents.draftNumber'),
    date: run.invoiceDate,
    period: undefined,
    customer,
    company: settings.company,
    notes: arriving ? [arriving] : found.flatMap((note) => (note ? [note.value.note] : [])),
  });
  const text = templates.invoice(invoice, { draft: true, pdf: settings.pdf });
  const name = `preview of customer ${customer.number}`;
  const [printed] = await deps.printer.render([{ name, ...text }]);
  if (printed?.ok) return printed.pdf;
  throw new Fault('unavailable', `The preview could not be printed: ${printed?.reason}`);
}
