import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSettings } from '#core/settings/import-settings.ts';
import { httpDairy } from '#test/support/api/http-dairy.ts';
import { SETTINGS } from '#test/support/data/dairy.ts';

test('a finished run tells what its mails wait for, and its mailing can be paused and resumed', async (t) => {
  const dairy = await httpDairy();
  t.after(() => dairy.close());
  const { deps } = dairy;
  const note = await dairy.call('PUT', '/api/deliveries/2026/M1', {
    date: '2026-10-05',
    customer: '10',
    lines: [{ position: 1, description: 'Milch', quantity: 4, unit: 'l', unitPrice: '0.89', vatRate: 7 }],
  });
  assert.ok(note.ok);
  const pace = { ...SETTINGS.mail.pace, perHour: 1 };
  await importSettings({ ...SETTINGS, mail: { ...SETTINGS.mail, pace } }, undefined, deps);
  const started = await dairy.call('POST', '/api/runs', { cycle: 'monthly', period: '2026-10' });
  const { run } = (await started.json()) as { run: string };
  await dairy.settle();
  const path = `/api/runs/${run}`;
  const look = async () => {
    const answer = await dairy.call('GET', path);
    return (await answer.json()) as { mailing?: { waiting: number; secondsLeft?: number } };
  };
  const { waiting, secondsLeft = 0 } = (await look()).mailing!;
  assert.equal(waiting, 1);
  // The hour is counted in 24 buckets, so that a turn may come one bucket later.
  assert.ok(secondsLeft >= 3600 && secondsLeft <= 3940, `${secondsLeft} s`);

  const paused = await dairy.call('POST', `${path}/pause`);
  assert.equal(paused.status, 200);
  assert.deepEqual((await look()).mailing, { waiting: 1, paused: true });
  for (let hour = 0; hour < 5; hour++) await dairy.settle();
  assert.deepEqual((await look()).mailing, { waiting: 1, paused: true });

  assert.equal((await dairy.call('POST', `${path}/resume`)).status, 200);
  await dairy.settle();
  assert.equal((await look()).mailing, undefined);
  const again = await dairy.call('POST', `${path}/pause`);
  assert.equal(again.status, 422);
  const { detail } = (await again.json()) as { detail: string };
  assert.match(detail, /is finished and none of its mails waits/);
});
