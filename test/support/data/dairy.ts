import { startRun } from '#core/billing/start-run.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import type { Deps } from '#core/deps.ts';
import { type Customer, customerSchema } from '#core/domain/customer.ts';
import { type DeliveryNote, deliveryNoteSchema } from '#core/domain/delivery-note.ts';
import type { CycleOrder, RunOrder } from '#core/domain/run-order.ts';
import { type Settings, settingsSchema } from '#core/domain/settings.ts';
import { completeRun } from '#core/runs/complete-run.ts';
import { type RunReport, runReport } from '#core/runs/run-report.ts';
import { importSettings } from '#core/settings/import-settings.ts';

/** Settings of a dairy. Two of its customers get mail (9, 10) and one does not (70). */
export const SETTINGS: Settings = settingsSchema.parse({
  company: {
    name: 'Molkerei',
    street: 'Am Bach 7',
    zip: '87435',
    city: 'Kempten',
    vatId: 'DE123456788',
  },
  mail: { transport: 'smtp', sender: { name: 'Molkerei', address: 'rechnung@molkerei.example' } },
});

export function customerOf(number: string, over: Partial<Record<keyof Customer, unknown>> = {}): Customer {
  return customerSchema.parse({
    ...{ number, name: `Kunde ${number}`, street: 'Weg 1', zip: '87435', city: 'Kempten' },
    ...{ invoiceByMail: number !== '70', invoiceEmail: `k${number}@kunde.example` },
    ...over,
  });
}

/** Makes a delivery note with milk at 7 % and a crate at 19 %. */
export function noteOf(number: string, customer: string, day: number, quantity = 10): DeliveryNote {
  return deliveryNoteSchema.parse({
    ...{ number, customer, date: `2026-10-${String(day).padStart(2, '0')}` },
    lines: [
      { position: 1, description: 'Milch', quantity, unitPrice: '0,8915', vatRate: 7 },
      { position: 2, description: 'Kiste', quantity: 1, unitPrice: '3,10', vatRate: 19 },
    ],
  });
}

export const OCTOBER: CycleOrder = {
  kind: 'cycle',
  cycle: 'monthly',
  period: '2026-10',
  from: '2026-10-01',
  until: '2026-10-31',
  mailCustomersOnly: false,
  output: 'pdf',
};

export async function loadDairy(
  deps: Deps,
  notes: readonly DeliveryNote[],
  customers: readonly Customer[] = ['9', '10', '70'].map((number) => customerOf(number)),
  settings: Settings = SETTINGS,
): Promise<void> {
  await importSettings(settings, undefined, deps);
  await importCustomers(
    customers,
    { name: 'customers.csv', hash: deps.hasher.sha256(JSON.stringify(customers)) },
    deps,
  );
  await loadNotes(deps, notes);
}

export const loadNotes = (deps: Deps, notes: readonly DeliveryNote[]) =>
  importDeliveries(notes, { name: 'deliveries.csv', hash: deps.hasher.sha256(JSON.stringify(notes)) }, deps);

export async function bill(deps: Deps, order: RunOrder = OCTOBER): Promise<RunReport> {
  const runId = await startRun(order, deps);
  await completeRun(runId, deps);
  return runReport(runId, deps);
}
