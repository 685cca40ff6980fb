import { startRun } from '#core/billing/start-run.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { Settings } from '#core/domain/settings.ts';
import { mailChanges, newMail } from '#core/mailing/create-mail.ts';
import type { Change } from '#core/ports.ts';
import { type InvoiceRecord, invoiceKey, readInvoice } from '#core/repositories/invoices.ts';
import type { Mail } from '#core/repositories/mails.ts';
import { create } from '#core/repositories/stored.ts';
import { billRun } from '#core/runs/complete-run.ts';
import { customerOf, loadDairy, noteOf } from '#test/support/data/dairy.ts';
import { OCTOBER_DATED } from '#test/support/data/october.ts';
import type { Program } from '#wiring/program.ts';

/** Mails written at once; each takes four changes. */
const IN_A_WRITE = 20;

/**
 * Fills an outbox with many mails quickly: one invoice with its overview is billed as usual until the books
 * are closed; the others are copies of it with the same documents and a customer of their own.
 * @param pdf content of each of the two documents
 * @param customer fields of the nth customer (1 is the first)
 * @returns the mails, all queued and due
 */
export async function fillOutbox(
  local: Program,
  count: number,
  settings: Settings,
  pdf: Uint8Array,
  customer: (n: number) => Partial<Customer> = (n) => ({ invoiceEmail: `k${n}@kunde.example` }),
): Promise<Mail[]> {
  const printer: Program['printer'] = {
    ...local.printer,
    render: async (documents) => documents.map(() => ({ ok: true, pdf, pages: 1 })),
  };
  const one = customerOf('1', { deliveryOverview: true, ...customer(1) });
  await loadDairy(local, [noteOf('L1', '1', 1)], [one], settings);
  await billRun(await startRun(OCTOBER_DATED, local), { ...local, printer });
  const { value: first } = (await readInvoice(local.table, '2026000001'))!;
  const mails = [newMail(1, settings, first.facts, local)];
  let changes: Change[] = [];
  for (let n = 2; n <= count; n++) {
    const number = `2026${String(n).padStart(6, '0')}`;
    const facts = { ...first.facts, number, customer: { ...first.facts.customer, ...customer(n) } };
    const mail = newMail(1, settings, facts, local);
    const record: InvoiceRecord = { ...first, facts, delivery: { state: 'mail', mailId: mail.id } };
    changes.push(create(invoiceKey(number), record), ...mailChanges(mail));
    mails.push(mail);
    if (n % IN_A_WRITE !== 0 && n !== count) continue;
    await local.table.write(changes);
    changes = [];
  }
  return mails;
}
