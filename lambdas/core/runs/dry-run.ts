import { isSelected, lineOf, nextCustomers, planCustomer } from '#core/billing/plan-run.ts';
import { newRun } from '#core/billing/start-run.ts';
import type { Deps } from '#core/deps.ts';
import { OUTPUT_WAYS, type RunOrder } from '#core/domain/run-order.ts';
import { type PreflightDeps, preflight } from '#core/mailing/preflight.ts';
import { hasDraft, type Run, type RunLine } from '#core/repositories/runs.ts';
import { customerReport, type RunReport, summarize } from './run-report.ts';

/**
 * Reports what a run of this order would do now, without a single write: the plan itself and, if mails would
 * be sent, what would become of them.
 * @throws Fault as `startRun` does
 */
export async function dryRun(
  order: RunOrder,
  deps: Pick<Deps, 'table' | 'openTemplates' | 'clock' | 'ids' | 'workers' | 'hasher' | 'fonts' | 'stop'> &
    PreflightDeps,
): Promise<RunReport> {
  const started = await newRun(order, deps);
  let run: Run = started.run;
  const { languages } = await deps.openTemplates(run.templates ?? {});
  const lines: RunLine[] = [];
  let drafts = 0;
  for (;;) {
    const customers = await nextCustomers(run, deps);
    if (customers.length === 0) break;
    for (const customer of customers.filter((candidate) => isSelected(candidate, run))) {
      const plan = await planCustomer(customer, run, started.settings, languages, deps);
      lines.push(lineOf(customer, plan, drafts));
      if (plan.state === 'planned') drafts++;
    }
    run = { ...run, cursor: customers.at(-1)!.number };
  }
  const customers = lines.map((line) => customerReport(line, undefined, new Map()));
  const billed = lines.filter(hasDraft);
  const report = summarize(run, 'dry run', billed, customers);
  if (OUTPUT_WAYS[order.output] !== 'mail') return report;
  const addressees = billed.map(({ draft }) => draft.customer);
  return { ...report, preflight: await preflight(addressees, started.settings, deps) };
}
