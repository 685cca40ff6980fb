import type { Deps } from './deps.ts';
import { isSelected, lineOf, nextCustomers, planCustomer } from './plan-run.ts';
import type { Run, RunLine, RunOrder } from './repositories/runs.ts';
import { customerReport, type RunReport, summarize } from './run-report.ts';
import { newRun } from './start-run.ts';

/**
 * What a run of this order would do now: the plan itself, without a single write.
 * @throws Fault as `startRun` does
 */
export async function dryRun(
  order: RunOrder,
  deps: Pick<Deps, 'table' | 'openTemplates' | 'clock' | 'ids' | 'workers' | 'hasher' | 'fonts' | 'stop'>,
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
  return summarize(
    run,
    'dry run',
    lines.filter(({ draft }) => draft),
    customers,
  );
}
