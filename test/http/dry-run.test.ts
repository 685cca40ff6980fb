import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runAnswer } from '#http/schemas/run.ts';
import { httpDairy } from '#test/support/api/http-dairy.ts';

const MONTH = { cycle: 'monthly', period: '2026-10', dryRun: true };

it('a dry run over HTTP tells what would become of the mails, and changes nothing', async (t) => {
  const dairy = await httpDairy({ dns: { txt: async () => 'none' } });
  t.after(() => dairy.close());
  const writes = dairy.writes();
  const answer = await dairy.call('POST', '/api/runs', MONTH);
  assert.equal(answer.status, 200);
  const { preflight } = runAnswer.parse(await answer.json());
  const { findings, ...figures } = preflight!;
  assert.deepEqual(figures, { mails: 1, recipients: 1, printed: 0, seconds: 0 });
  assert.deepEqual(
    findings.map(({ level, text }) => [level, /SPF|DKIM|DMARC/.exec(text)?.[0]]),
    [
      ['warning', 'SPF'],
      ['info', 'DKIM'],
      ['warning', 'DMARC'],
    ],
  );
  const onPaper = await dairy.call('POST', '/api/runs', { ...MONTH, output: 'print' });
  assert.equal(runAnswer.parse(await onPaper.json()).preflight, undefined);
  assert.equal(dairy.writes(), writes);
});
