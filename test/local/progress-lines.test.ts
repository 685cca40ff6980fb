import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '#core/deps.ts';
import { createProgressLines, type Ticker } from '#local/progress-lines.ts';

/** A clock that the test moves, and the lines with the second at which each was written. */
function openLog() {
  let now = 0;
  const timers = new Set<{ readonly step: number; due: number; readonly call: () => void }>();
  const ticker: Ticker = {
    now: () => now,
    every(step, call) {
      const timer = { step, due: now + step, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const log: (readonly [number, string])[] = [];
  const lines = createProgressLines((line) => log.push([now / 1000, line]), ticker);
  const pass = (milliseconds: number) => {
    for (const end = now + milliseconds; now < end; now++) {
      for (const timer of timers) {
        if (timer.due > now) continue;
        timer.due += timer.step;
        timer.call();
      }
    }
  };
  return { log, lines, pass, timers };
}

const documents = (done: number, total = 40): Progress => ({ phase: 'documents', done, total });

test('a line comes at least every two seconds while nothing happens, and says for how long', () => {
  const { log, lines, pass } = openLog();
  lines.say('rechnungspost starts');
  pass(10_000);
  assert.deepEqual(log.slice(0, 3), [
    [0, 'rechnungspost starts'],
    [1, 'rechnungspost starts (1 s)'],
    [2, 'rechnungspost starts (2 s)'],
  ]);
  const times = [...log.map(([at]) => at), 10];
  const silences = times.slice(1).map((at, index) => at - times[index]!);
  assert.ok(Math.max(...silences) < 2, `${silences}`);
});

test('no silence of two seconds lies between lines that come at any time', () => {
  const { log, lines, pass } = openLog();
  for (let done = 1; done <= 40; done++) {
    lines.show(documents(done));
    pass((done * 377) % 2900);
  }
  const silences = log.slice(1).map(([at], index) => at - log[index]![0]);
  assert.ok(Math.max(...silences) < 2, `${silences}`);
});

test('what is counted quickly is told about once a second, its first and its last at once', () => {
  const { log, lines, pass } = openLog();
  for (let done = 1; done <= 40; done++) {
    lines.show(documents(done));
    pass(100);
  }
  lines.show({ phase: 'mail', done: 1, total: 2 });
  assert.deepEqual(
    log.map(([, line]) => line),
    [1, 11, 21, 31, 40].map((done) => `Documents ${done}/40`).concat('Mails 1/2'),
  );
});

test('what is counted slowly is told one by one', () => {
  const { log, lines, pass } = openLog();
  for (let done = 0; done <= 3; done++) {
    lines.show(documents(done, 3));
    pass(999);
    pass(1);
  }
  const told = log.map(([, line]) => line).filter((line) => !line.endsWith(' s)'));
  assert.deepEqual(told, [
    'Documents 0/3, the browser starts',
    ...[1, 2, 3].map((done) => `Documents ${done}/3`),
  ]);
});

test('each phase has its word, and a count without a total stands alone', () => {
  const { log, lines } = openLog();
  for (const phase of ['customers', 'deliveries', 'plan', 'mail'] as const) {
    lines.show({ phase, done: 2, total: phase === 'plan' ? undefined : 5 });
  }
  assert.deepEqual(
    log.map(([, line]) => line),
    ['Customers 2/5', 'Delivery notes 2/5', 'Planning 2', 'Mails 2/5'],
  );
});

test('it is quiet after its end, and no timer keeps the process alive', () => {
  const { log, lines, pass, timers } = openLog();
  lines.say('rechnungspost starts');
  lines.end();
  pass(5000);
  assert.deepEqual([log.length, timers.size], [1, 0]);
});
