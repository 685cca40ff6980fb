import { defineCommand } from '#cli/command.ts';
import { mailingLine, reportText, table } from '#cli/report-text.ts';
import { runId } from '#core/domain/identifiers.ts';
import { Fault } from '#core/errors.ts';
import { allMailsLeft } from '#core/mailing/remaining-mails.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

export const reportCommand = defineCommand({
  help: [['report [RUN]', 'the report of a run as it is now; without a run, the list of runs']],
  words: { run: { schema: runId, shown: 'RUN', does: 'the run; without one, all runs are listed' } },
  options: {},
  async run({ words: { run: asked } }, { program, print }) {
    if (!asked) {
      const runs = await Promise.all(
        (await listRunIds(program.table)).map((id) => readRun(program.table, id)),
      );
      const rows = runs.flatMap((run) => {
        if (!run) return [];
        const { id, order, state, startedAt, planned } = run.value;
        return [
          [id, order.kind === 'cycle' ? order.period : order.kind, state, startedAt, String(planned.drafts)],
        ];
      });
      const mailing = await allMailsLeft(program);
      const lines = table(['Run', 'Period', 'State', 'Started', 'Invoices'], rows);
      print([...lines, ...(mailing ? ['', mailingLine(mailing)] : [])].join('\n'), {
        runs: runs.map((run) => run?.value),
        ...(mailing ? { mailing } : {}),
      });
      return 0;
    }
    if (!(await readRun(program.table, asked))) throw new Fault('not-found', `There is no run ${asked}.`);
    const report = await runReport(asked, program);
    print(reportText(report), report);
    return needsAPerson(report) ? 1 : 0;
  },
});
