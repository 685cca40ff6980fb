import type { Deps } from './deps.ts';
import { dryRun } from './dry-run.ts';
import { Fault } from './errors.ts';
import type { Output, RunOrder } from './repositories/runs.ts';
import { activeRunKey } from './repositories/runs.ts';
import { readSettings } from './repositories/settings.ts';
import { type StartDeps, startRun } from './start-run.ts';

/**
 * One invoice now over all open notes of a customer, claimed ones excepted: the road of a run with one draft. The
 * output is the one given, else by the setting: `autoPdfForInstantInvoices` on mails it to customers who get their
 * invoices by mail; off shows it and sends nothing.
 * @param drive takes the run to its end
 * @returns the id of its run
 * @throws Fault `nothing-to-bill`, `bad-input` (unknown customer), and what a run throws
 */
export async function createInstantInvoice(
  request: { readonly customer: string; readonly output?: Output; readonly invoiceDate?: string },
  deps: Parameters<typeof dryRun>[1] & StartDeps & Pick<Deps, 'log'>,
  drive: (runId: string) => Promise<unknown>,
): Promise<string> {
  const { ordering } = await readSettings(deps.table);
  const order: RunOrder = {
    kind: 'instant',
    until: '2099-12-31',
    customers: [request.customer],
    mailCustomersOnly: false,
    output: request.output ?? (ordering.autoPdfForInstantInvoices ? 'pdf' : 'screen'),
    ...(request.invoiceDate ? { invoiceDate: request.invoiceDate } : {}),
  };
  const active = activeRunKey(deps.hasher.sha256(JSON.stringify(order)));
  if (!(await deps.table.get(active))) {
    const [line] = (await dryRun(order, deps)).customers;
    if (line?.state === 'nothing to bill') {
      throw new Fault(
        'nothing-to-bill',
        `Customer ${request.customer} has no open delivery notes: there is nothing to bill.`,
      );
    }
  }
  const runId = await startRun(order, deps);
  await drive(runId);
  return runId;
}
