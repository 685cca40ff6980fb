import { defineCommand, type Value } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { runId } from '#core/domain/identifiers.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

const RUN = { schema: runId, shown: 'RUN', does: 'the run, as report lists it' } as const satisfies Value;

export const pauseCommand = defineCommand({
  help: [['pause RUN', 'lets a run or its mailing rest wherever it stands']],
  words: { run: { ...RUN, required: 'Say which run: pause RUN.' } },
  options: {},
  async run({ words: { run } }, { program, print }) {
    await pauseRun(run, program);
    const report = await runReport(run, program);
    print(reportText(report), report);
    return 0;
  },
});

export const resumeCommand = defineCommand({
  help: [['resume RUN', 'lets a paused run or its mailing go on']],
  words: { run: { ...RUN, required: 'Say which run: resume RUN.' } },
  options: {},
  async run({ words: { run } }, { program, print }) {
    await resumeRun(run, program);
    await program.completeRun(run);
    const report = await runReport(run, program);
    print(reportText(report), report);
    return needsAPerson(report) ? 1 : 0;
  },
});
