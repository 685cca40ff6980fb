import { join, resolve } from 'node:path';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { fileBeside } from '#cli/file-beside.ts';
import { importCustomers } from '#core/customers/import-customers.ts';
import { importDeliveries } from '#core/deliveries/import-deliveries.ts';
import type { Deps } from '#core/deps.ts';
import type { Customer } from '#core/domain/customer.ts';
import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import { parsePeriod } from '#core/domain/period.ts';
import type { RunOrder } from '#core/domain/run-order.ts';
import type { Settings } from '#core/domain/settings.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { readSettingsFile } from '#core/settings/settings-file.ts';
import { demoSet } from '#local/demo/demo-set.ts';
import type { Program } from '#wiring/program.ts';

/** The demo wholesaler with one month of deliveries, parsed and ready to be loaded anywhere. */
export interface DemoMonth {
  readonly settings: Settings;
  readonly customers: readonly Customer[];
  readonly notes: readonly DeliveryNote[];
  readonly order: RunOrder;
}

/**
 * Reads a month of the demo wholesaler.
 * @param month `2026-10`
 */
export async function readDemoMonth(month: string, local: Program): Promise<DemoMonth> {
  const files = demoSet(month, { smtpPort: 2525 });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const folder = resolve(import.meta.dirname, '../../../lambdas/local/demo');
  const { settings } = await readSettingsFile(bytes(JSON.stringify(files.settings)), {
    stored: '',
    open: fileBeside(join(folder)),
    pictures: local.pictures,
  });
  const { cycle, text: period, from, to: until } = parsePeriod('monthly', month);
  return {
    settings,
    customers: (await local.readCustomers(bytes(files.customersCsv))).records,
    notes: readDeliveries(bytes(files.deliveriesCsv)).records,
    order: { kind: 'cycle', cycle, period, from, until, mailCustomersOnly: false, output: 'pdf' },
  };
}

export async function loadDemoMonth(
  { customers, notes }: DemoMonth,
  settings: Settings,
  deps: Omit<Deps, 'printer'>,
): Promise<void> {
  await importSettings(settings, undefined, deps);
  await importCustomers(customers, { name: 'customers', hash: 'customers' }, deps);
  await importDeliveries(notes, { name: 'deliveries', hash: 'deliveries' }, deps);
}
