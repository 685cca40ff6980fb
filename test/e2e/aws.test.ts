import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { driveRun } from '#core/drive-run.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { startRun } from '#core/start-run.ts';
import { type AwsEngines, describeAws } from '#test/support/aws-world.ts';
import { cdkOut } from '#test/support/cdk-out.ts';
import { type DemoMonth, loadDemoMonth, readDemoMonth } from '#test/support/demo-month.ts';
import { type Deployment, deploy } from '#test/support/deployment.ts';
import { startMailCounter } from '#test/support/mail-counter.ts';
import { openData } from '#test/support/october.ts';
import { outcomeOf } from '#test/support/outcome.ts';
import { readPdf } from '#test/support/pdf-text.ts';

import { makeTempFolder } from '#test/support/temp-folder.ts';
import { mulberry32 } from '#test/support/world.ts';

/** When the schedule of a month's first day calls, with both of them an hour apart. */
const SCHEDULED = '2026-11-01T03:00:00Z';

describeAws('a month on AWS', (engines: AwsEngines) => {
  const folder = makeTempFolder();
  let month: DemoMonth;
  let stage: Deployment;
  let runId: string;

  before(async () => {
    console.time('before');
    const local = openData(join(folder.path, 'read'), 'chrome');
    month = await readDemoMonth('2026-10', local);
    await local.close();
    console.timeLog('before', 'read');
    console.timeLog('before', 'synth');
    stage = await deploy(engines, cdkOut(), {
      stage: 'prod',
      folder: folder.path,
      now: Date.parse(SCHEDULED),
    });
    console.timeLog('before', 'deployed');
    const mail = { ...month.settings.mail, transport: 'ses' as const };
    const schedule = { ...month.settings.schedule, release: 'automatic' as const };
    await loadDemoMonth(month, { ...month.settings, mail, schedule }, stage.aws);
    console.timeLog('before', 'loaded');
  });
  after(async () => {
    await stage?.close();
    folder.remove();
  });

  it('ends as on one machine, though the schedule calls twice and messages come twice and in disorder', async () => {
    const event = stage.scheduled('monthly', SCHEDULED);
    await Promise.all([stage.invoke('BillingRun', event), stage.invoke('BillingRun', event)]);
    const dice = mulberry32(1);
    await stage.settle({ twice: () => dice() < 0.5, pick: (of) => Math.floor(dice() * of) });
    await stage.invoke('BillingRun', event);
    await stage.settle();
    console.timeLog('before', 'run');
    const runs = await listRunIds(stage.aws.table);
    assert.equal(runs.length, 1);
    runId = runs[0]!;

    const { invoiceDate } = (await readRun(stage.aws.table, runId))!.value;
    const here = await onOneMachine(month, invoiceDate, join(folder.path, 'here'));
    console.timeLog('before', 'here');
    assert.deepEqual(await outcomeOf(runId, stage.aws), here.outcome);
    assert.deepEqual(await stage.aws.archive.list('invoices/'), [...here.texts.keys()]);
    for (const [key, text] of here.texts) {
      const { bytes } = (await stage.aws.archive.get(key))!;
      assert.equal((await readPdf(bytes)).text, text, key);
    }
  });
});

/** The same month with the program of one machine. */
async function onOneMachine({ order, ...month }: DemoMonth, invoiceDate: string, folder: string) {
  const mailServer = await startMailCounter();
  const local = openData(folder, 'chrome');
  try {
    const smtp = { ...month.settings.mail.smtp, port: mailServer.port };
    const settings = { ...month.settings, mail: { ...month.settings.mail, smtp } };
    await loadDemoMonth({ order, ...month }, settings, local);
    const runId = await startRun({ ...order, invoiceDate }, local);
    await driveRun(runId, local);
    const texts = new Map<string, string>();
    for (const key of await local.archive.list('invoices/')) {
      texts.set(key, (await readPdf((await local.archive.get(key))!.bytes)).text);
    }
    return { outcome: await outcomeOf(runId, local), texts };
  } finally {
    await local.close();
    await mailServer.close();
  }
}
