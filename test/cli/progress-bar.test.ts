import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressBar, line } from '#cli/progress-bar.ts';

const begun = { at: 0, done: 0 };

test('the bar shows what is done, the rate and the time left', () => {
  const half = line({ phase: 'documents', done: 500, total: 1000 }, begun, 10_000);
  assert.equal(half, `${'█'.repeat(12)}${'░'.repeat(12)} 500/1000  50.0/s  0:10 left`);
  const slow = line({ phase: 'documents', done: 1, total: 200 }, begun, 2000);
  assert.match(slow, /1\/200 {2}0\.5\/s {2}6:38 left$/);
});

test('rate and time left do not count what an earlier process did', () => {
  const resumed = line({ phase: 'documents', done: 910, total: 1000 }, { at: 1000, done: 900 }, 2000);
  assert.match(resumed, /910\/1000 {2}10\.0\/s {2}0:09 left$/);
});

test('no time left is shown for an unknown total, an empty one, or at the end', () => {
  assert.equal(line({ phase: 'plan', done: 40, total: undefined }, begun, 1000), '40  40.0/s');
  assert.equal(line({ phase: 'mail', done: 0, total: 0 }, begun, 0), `${'█'.repeat(24)} 0/0`);
  assert.doesNotMatch(line({ phase: 'mail', done: 5, total: 5 }, begun, 1000), /left/);
});

test('a bar is drawn only on a terminal', () => {
  const drawn: string[] = [];
  const out = (isTTY: boolean) =>
    ({ isTTY, write: (text: string) => drawn.push(text) }) as unknown as NodeJS.WriteStream;
  createProgressBar(out(false)).show({ phase: 'mail', done: 1, total: 2 });
  assert.deepEqual(drawn, []);
  const bar = createProgressBar(out(true));
  bar.show({ phase: 'documents', done: 1, total: 2 });
  bar.show({ phase: 'documents', done: 2, total: 2 });
  bar.end();
  assert.match(drawn.join(''), /Documents .*1\/2.*Documents .*2\/2.*\n$/s);
});
