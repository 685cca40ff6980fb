import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { durationText, mailDuration, type PaceLimits } from '#core/domain/mail-duration.ts';

describe('the duration of a mailing', () => {
  const cases: readonly [string, ...Parameters<typeof mailDuration>, expected: number][] = [
    ['none', 0, { perSecond: 10 }, {}, 0],
    ['one goes at once', 1, { perSecond: 1 }, {}, 0],
    ['a thousand at ten a second', 1000, { perSecond: 10 }, {}, 99.9],
    ['as many as a minute takes', 30, { perSecond: 10, perMinute: 30 }, {}, 2.9],
    ['one more than a minute takes', 31, { perSecond: 10, perMinute: 30 }, {}, 60],
    ['the third minute', 90, { perSecond: 10, perMinute: 30 }, {}, 122.9],
    ['a minute that is used up', 1, { perSecond: 10, perMinute: 30 }, { minute: 30 }, 60],
    ['a minute that is half used up', 16, { perSecond: 10, perMinute: 30 }, { minute: 15 }, 60],
    ['hours of 100', 250, { perSecond: 1, perHour: 100 }, {}, 7249],
    [
      'a day’s quota that is used up but for 200',
      300,
      { perSecond: 14, perDay: 50_000 },
      { day: 49_800 },
      86_407.071,
    ],
    ['more used than is allowed by now', 1, { perSecond: 1, perDay: 10 }, { day: 500 }, 86_400],
    [
      'all together',
      2500,
      { perSecond: 10, perMinute: 100, perHour: 1000, perDay: 2000 },
      { hour: 900, day: 900 },
      90_189.9,
    ],
  ];
  for (const [what, mails, limits, used, expected] of cases) {
    it(`the duration counts: ${what}`, () => {
      const seconds = mailDuration(mails, limits, used);
      assert.ok(Math.abs(seconds - expected) < 0.01, `${seconds} s instead of ${expected} s`);
    });
  }

  it('a duration is told to a person in one unit', () => {
    const told = [1, 12, 89, 90, 3600, 5400, 86_400, 129_600, 1e6].map(durationText);
    assert.deepEqual(told, [
      '1 second',
      '12 seconds',
      '89 seconds',
      'about 2 minutes',
      'about 60 minutes',
      'about 2 hours',
      'about 24 hours',
      'about 2 days',
      'about 12 days',
    ]);
  });

  it('the duration keeps every limit in every window and wastes no turn', () => {
    const limit = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          perSecond: fc.integer({ min: 1, max: 5 }),
          perMinute: limit,
          perHour: limit,
          perDay: limit,
        }),
        (limits: PaceLimits) => {
          const turns = Array.from({ length: 120 }, (_, mail) => mailDuration(mail + 1, limits));
          const mostWithin = (seconds: number) =>
            Math.max(
              ...turns.map((from) => turns.filter((at) => at >= from && at < from + seconds - 1e-6).length),
            );
          const kept = [
            [1, limits.perSecond],
            [60, limits.perMinute],
            [3600, limits.perHour],
            [86_400, limits.perDay],
          ] as const;
          for (const [seconds, most = Number.POSITIVE_INFINITY] of kept)
            assert.ok(mostWithin(seconds) <= most);
          // A mail that waits longer than the second limit asks for waits for the mail that frees a whole
          // window.
          for (const [mail, at] of turns.entries()) {
            const reasons = kept.map(([seconds, most]) =>
              most !== undefined && mail >= most ? turns[mail - most]! + seconds : 0,
            );
            const evenly = mail === 0 ? 0 : turns[mail - 1]! + 1 / limits.perSecond;
            assert.ok(Math.abs(at - Math.max(evenly, ...reasons)) < 1e-6);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
