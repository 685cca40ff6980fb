import type { ProgressDisplay } from '#cli/progress-bar.ts';
import { reportText } from '#cli/report-text.ts';
import { describeError, exitCodeOf, openForThisProcess } from '#wiring/process.ts';
import { billDemoMonth, isDemoFolder, startDemoMailbox } from './demo/demo.ts';
import { startServer } from './server.ts';
import { workLoop } from './work-loop.ts';

/**
 * Runs the whole system on this machine until it is asked to stop. An empty data folder gets a demo
 * wholesaler, whose last month is billed and mailed into a local mailbox; a start that was interrupted is
 * continued.
 */
export async function startSystem(display: ProgressDisplay): Promise<void> {
  try {
    const { config, program } = await openForThisProcess(display.show);
    try {
      const isDemo = await isDemoFolder(program);
      const mailbox = isDemo ? await startDemoMailbox(config, program) : undefined;
      const report = mailbox && (await billDemoMonth(program, mailbox.port, display.say));
      display.end();
      if (report) process.stdout.write(`${reportText(report)}\n\n`);
      const server = await startServer(program, config);
      const lines = [
        `rechnungspost serves    ${server.url}`,
        `  API                   ${server.url}/healthz`,
        `  archive               ${server.url}/archive/   ${config.archiveDir}`,
        ...(mailbox
          ? [
              `  mailbox               ${server.url}/mailbox/   ${config.mailboxDir}`,
              `  mail server           smtp://127.0.0.1:${mailbox.port}`,
            ]
          : []),
        'Ctrl-C ends it.',
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
      await workLoop(program);
      await server.close();
      await mailbox?.close();
    } finally {
      display.end();
      await program.close();
    }
  } catch (error) {
    display.end();
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
