import type { Deps } from './deps.ts';
import { bill } from './domain/bill.ts';
import { berlinDay } from './domain/calendar.ts';
import { documentFaults } from './domain/check-document.ts';
import { Fault } from './errors.ts';
import { readCustomer } from './repositories/customers.ts';
import { listOpenNotes, readNotes } from './repositories/notes.ts';
import { readSettings } from './repositories/settings.ts';
import { templatesInForce } from './template-set.ts';

/**
 * A draft of the invoice over a customer's open notes, with a watermark and without a number. Nothing is stored.
 * @throws Fault `not-found`, `nothing-to-bill`, `bad-input` with the reasons for which it would be held
 */
export async function previewInvoice(
  customerNumber: string,
  deps: Pick<Deps, 'table' | 'clock' | 'openTemplates' | 'printer' | 'fonts'>,
): Promise<Uint8Array> {
  const { company, pdf } = await readSettings(deps.table);
  const customer = (await readCustomer(deps.table, customerNumber))?.value.customer;
  if (!customer) throw new Fault('not-found', `Customer ${customerNumber} is not known.`);
  const open = await listOpenNotes(deps.table, customerNumber, '2099-12-31');
  const found = await readNotes(
    deps.table,
    open.map(({ noteId }) => noteId),
  );
  const notes = found.flatMap((note) => (note ? [note.value.note] : []));
  if (notes.length === 0) {
    throw new Fault('nothing-to-bill', `Customer ${customerNumber} has no open delivery notes.`);
  }
  const templates = await templatesInForce(deps);
  const faults = documentFaults({
    company,
    customer,
    notes,
    languages: templates.languages,
    undrawable: (text) => deps.fonts.undrawable(text),
  });
  if (faults.length > 0) throw new Fault('bad-input', faults[0]!, { details: faults });
  const date = berlinDay(deps.clock.now());
  const number = templates.label(customer.language, 'documents.draftNumber');
  const invoice = bill({ number, date, period: undefined, customer, company, notes });
  const text = templates.invoice(invoice, { draft: true, pdf });
  const [printed] = await deps.printer.render([{ name: `preview of customer ${customerNumber}`, ...text }]);
  if (printed?.ok) return printed.pdf;
  throw new Fault('unavailable', `The preview could not be printed: ${printed?.reason}`);
}
