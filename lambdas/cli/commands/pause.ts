import type { Command } from '#cli/command.ts';
import { reportText } from '#cli/report-text.ts';
import { refuse } from '#core/errors.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { needsAPerson, runReport } from '#core/runs/run-report.ts';

export const pauseCommand: Command = {
  help: [['pause RUN · resume RUN', 'lets a run or its mailing rest wherever it stands · lets it go on']],
  options: {},
  async run({ words: [runId] }, { program, print }) {
    if (!runId) refuse('Say which run: pause RUN.');
    await pauseRun(runId, program);
    const report = await runReport(runId, program);
    print(reportText(report), report);
    return 0;
  },
};

export const resumeCommand: Command = {
  help: [],
  options: {},
  async run({ words: [runId] }, { program, print }) {
    if (!runId) refuse('Say which run: resume RUN.');
    await resumeRun(runId, program);
    await program.completeRun(runId);
    const report = await runReport(runId, program);
    print(reportText(report), report);
    return needsAPerson(report) ? 1 : 0;
  },
};
