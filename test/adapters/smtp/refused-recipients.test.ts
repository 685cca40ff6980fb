import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import type { MailOutcome } from '#core/ports.ts';
import { type Script, startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';

const mail = Buffer.from('Subject: x\r\n\r\nhello\r\n');
const gone = '550 5.1.1 no such user';
const later = '450 4.2.0 greylisted';
const ok = '250 ok';

interface Row {
  readonly what: string;
  readonly script: Script;
  readonly state: MailOutcome['state'];
  /** The refused ones of the recipients a, b and c: 5 is a refusal for good, 4 one for now. */
  readonly refused: Readonly<Record<string, 4 | 5>> | undefined;
}

// biome-ignore format: a row a line
const ROWS: readonly Row[] = [
  { what: 'all are taken', script: {}, state: 'accepted', refused: {} },
  { what: 'one for good, one for now, one taken', script: { RCPT: [gone, later, ok] }, state: 'accepted', refused: { a: 5, b: 4 } },
  { what: 'all for good', script: { RCPT: gone }, state: 'failed', refused: { a: 5, b: 5, c: 5 } },
  { what: 'all for now', script: { RCPT: later }, state: 'deferred', refused: { a: 4, b: 4, c: 4 } },
  { what: 'all, some for now', script: { RCPT: [gone, later, gone] }, state: 'deferred', refused: { a: 5, b: 4, c: 5 } },
  { what: 'one for good, and the message for now', script: { RCPT: [gone, ok], dot: '451 later' }, state: 'deferred', refused: { a: 5 } },
  { what: 'one for now, and the message for good', script: { RCPT: [ok, later, ok], dot: '554 spam' }, state: 'failed', refused: { b: 4 } },
  { what: 'one for good, and DATA for now', script: { RCPT: [gone, ok], DATA: '451 later' }, state: 'deferred', refused: { a: 5 } },
  { what: 'one for good, one for now, and the answer is lost', script: { RCPT: [gone, later, ok], dot: 'close' }, state: 'unknown', refused: { a: 5, b: 4 } },
  { what: 'one for good, and the connection is lost at the next', script: { RCPT: [gone, 'close'] }, state: 'deferred', refused: { a: 5 } },
  { what: 'nobody was asked about', script: { MAIL: '451 later' }, state: 'deferred', refused: undefined },
  { what: 'the sender was refused', script: { MAIL: '550 no', RCPT: '503 no' }, state: 'held', refused: undefined },
];

describe('refused recipients of a mail', { concurrency: 8 }, () => {
  for (const pipelining of [false, true]) {
    for (const { what, script, state, refused } of ROWS) {
      // In a pipeline the connection is lost after all recipients were asked about and before any reply was
      // read.
      if (pipelining && what.includes('at the next')) continue;
      it(`refusals: ${what}${pipelining ? ', in a pipeline' : ''} leaves the mail ${state}`, async () => {
        const server = await startScriptedServer({
          ...script,
          ...(pipelining && { EHLO: '250-x\r\n250 PIPELINING' }),
        });
        const mailer = createSmtpMailer(smtpSettings(server.port));
        const to = ['a@example.org', 'b@example.org', 'c@example.org'];
        const outcome = await mailer.send({ from: 'rechnung@example.org', to }, mail, async () => {});
        await Promise.all([mailer.close(), server.close()]);
        assert.equal(outcome.state, state);
        const told = 'refused' in outcome ? outcome.refused : undefined;
        assert.deepEqual(
          told?.map(({ address, reply, temporary }) => [address[0], Number(reply[0]), temporary]),
          refused && Object.entries(refused).map(([name, code]) => [name, code, code === 4]),
        );
      });
    }
  }

  it('the report names the refused recipients of this message, not those of an earlier one on the connection', async () => {
    const server = await startScriptedServer({ EHLO: '250-x\r\n250 SIZE 1000', RCPT: [gone, ok] });
    const mailer = createSmtpMailer(smtpSettings(server.port));
    const send = (to: string[], bytes: Buffer) =>
      mailer.send({ from: 'r@example.org', to }, bytes, async () => {});
    assert.equal((await send(['a@example.org', 'b@example.org'], mail)).state, 'accepted');
    const outcome = await send(['b@example.org'], Buffer.alloc(2_000, 'x'));
    await Promise.all([mailer.close(), server.close()]);
    assert.deepEqual([outcome.state, 'refused' in outcome], ['failed', false]);
  });

  it('malformed addresses are reported among the refused recipients, whatever becomes of the others', async () => {
    for (const script of [{ RCPT: later }, { greeting: '421 busy' }] as const) {
      const server = await startScriptedServer(script);
      const mailer = createSmtpMailer(smtpSettings(server.port));
      const outcome = await mailer.send(
        { from: 'r@example.org', to: ['no address', 'b@example.org'] },
        mail,
        async () => {},
      );
      await Promise.all([mailer.close(), server.close()]);
      assert.ok(outcome.state === 'deferred');
      assert.deepEqual(outcome.refused?.[0], {
        address: 'no address',
        reply: '"no address" is not a mail address',
        temporary: false,
      });
    }
  });
});
