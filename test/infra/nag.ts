import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { cdkContext, synthesized } from '#test/support/aws/synthesized.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { createApp } from '../../infra/synthesize.ts';

const { folder } = await synthesized();

const reportsIn = (folder: string): { pluginName: string; violations: { ruleName: string }[] }[] =>
  JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8')).pluginReports;

test('cdk-nag and CloudFormation report nothing', () => {
  assert.deepEqual(reportsIn(folder), []);
});

test('cdk-nag and CloudFormation would report what is wrong', (t) => {
  const { path: outdir, remove } = makeTempFolder();
  t.after(remove);
  const app = createApp({ outdir, context: cdkContext() });
  new Queue(new Stack(app, 'careless'), 'Queue');
  assert.throws(() => app.synth(), /Validation failed/);
  const rules = reportsIn(outdir).flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
  assert.ok(rules.includes('AwsSolutions-SQS4'), `${rules}`);
});
