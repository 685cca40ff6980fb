import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Mailer } from '#core/ports.ts';

/** A mailer with its own server behind it. */
export interface MailerUnderTest {
  readonly mailer: Mailer;
  /** The messages that have arrived complete. */
  received(): Promise<readonly { from: string; to: readonly string[]; bytes: Uint8Array }[]>;
  /**
   * An address that the server accepts. `refusedRecipient` is one it refuses for good; undefined where it
   * gives one answer for all.
   */
  readonly recipient: string;
  readonly refusedRecipient?: string;
  close(): Promise<void>;
}

const sender = 'rechnung@wiesengrund.example';
const message = (text: string, size = 0) =>
  Buffer.from(
    `From: <${sender}>\r\nTo: <kunde@example.org>\r\nSubject: ${text}\r\n\r\n` +
      `.\r\n..dots\r\n. at the start of lines\r\n${'0123456789abcdef'.repeat(4).concat('\r\n').repeat(size)}the end\r\n`,
  );

/**
 * Runs the suite of what every mailer promises.
 * @param answers whether its server answers for each recipient, or once for all
 */
export function mailerContract(
  name: string,
  answers: 'for each' | 'for all',
  start: () => Promise<MailerUnderTest>,
): void {
  describe(`mailer: ${name}`, () => {
    let it_: MailerUnderTest;
    beforeEach(async () => {
      it_ = await start();
    });
    afterEach(async () => {
      await it_.mailer.close();
      await it_.close();
    });
    const nothing = async () => {};

    it('delivers exactly the given bytes to exactly the given envelope', async () => {
      const bytes = message('bytes', 5_000);
      const outcome = await it_.mailer.send(
        { from: sender, to: [it_.recipient, 'bcc@example.org'] },
        bytes,
        nothing,
      );
      assert.equal(outcome.state, 'accepted');
      const [mail, ...others] = await it_.received();
      assert.equal(others.length, 0);
      assert.equal(mail?.from, sender);
      assert.deepEqual(mail?.to, [it_.recipient, 'bcc@example.org']);
      assert.ok(bytes.equals(mail!.bytes), 'byte for byte');
    });

    it('calls beforeHandOver once, before the server can have the whole message', async () => {
      const seen: number[] = [];
      const outcome = await it_.mailer.send(
        { from: sender, to: [it_.recipient] },
        message('order'),
        async () => {
          seen.push((await it_.received()).length);
        },
      );
      assert.deepEqual(seen, [0]);
      assert.equal(outcome.state, 'accepted');
      assert.equal((await it_.received()).length, 1);
    });

    for (const size of [0, 5_000]) {
      it(`sends nothing if beforeHandOver throws, and throws the same error (${size} lines)`, async () => {
        const stop = Object.assign(new Error('lost the lease'), { code: 'conflict' });
        const sending = it_.mailer.send({ from: sender, to: [it_.recipient] }, message('stop', size), () =>
          Promise.reject(stop),
        );
        await assert.rejects(sending, (error) => error === stop);
        assert.equal(stop.code, 'conflict', 'the error is handed through untouched');
        const next = await it_.mailer.send({ from: sender, to: [it_.recipient] }, message('next'), nothing);
        assert.equal(next.state, 'accepted');
        const subjects = (await it_.received()).map(
          ({ bytes }) => /Subject: (.*)\r/.exec(Buffer.from(bytes).toString())?.[1],
        );
        assert.deepEqual(subjects, ['next']);
      });
    }

    if (answers === 'for each') {
      it('names the refused recipients of a mail that reached the others', async () => {
        const outcome = await it_.mailer.send(
          { from: sender, to: [it_.refusedRecipient!, it_.recipient] },
          message('some'),
          nothing,
        );
        assert.equal(outcome.state, 'accepted');
        if (outcome.state !== 'accepted') return;
        assert.deepEqual(
          outcome.refused.map(({ address }) => address),
          [it_.refusedRecipient],
        );
        assert.match(outcome.refused[0]!.reply, /^5\d\d /);
        assert.deepEqual((await it_.received())[0]?.to, [it_.recipient]);
      });

      it('fails without a hand-over if every recipient is refused', async () => {
        let asked = 0;
        const outcome = await it_.mailer.send(
          { from: sender, to: [it_.refusedRecipient!] },
          message('none'),
          async () => {
            asked += 1;
          },
        );
        assert.equal(outcome.state, 'failed');
        assert.equal(asked, 0);
        assert.equal((await it_.received()).length, 0);
      });
    }

    it('never sends an address that a server could read as more than an address', async () => {
      for (const bad of [
        'a@example.org\r\nRCPT TO:<b@example.org',
        'a b@example.org',
        'a@example.org> SIZE=1',
        '',
        'ä@example.org',
      ]) {
        const outcome = await it_.mailer.send({ from: sender, to: [bad] }, message('bad'), nothing);
        assert.equal(outcome.state, 'failed', bad);
        const asSender = await it_.mailer.send({ from: bad, to: [it_.recipient] }, message('bad'), nothing);
        assert.equal(asSender.state, 'held', bad);
      }
      const some = await it_.mailer.send(
        { from: sender, to: ['no address', it_.recipient] },
        message('good'),
        nothing,
      );
      assert.equal(some.state, 'accepted');
      assert.deepEqual(some.state === 'accepted' && some.refused.map(({ address }) => address), [
        'no address',
      ]);
      const mails = await it_.received();
      assert.deepEqual(
        mails.map(({ to }) => to),
        [[it_.recipient]],
      );
    });

    it('sends mails simultaneously and one after the other', async () => {
      const send = (text: string) =>
        it_.mailer.send({ from: sender, to: [it_.recipient] }, message(text), nothing);
      const outcomes = [...(await Promise.all(['a', 'b', 'c'].map(send))), await send('d')];
      assert.deepEqual(
        outcomes.map(({ state }) => state),
        ['accepted', 'accepted', 'accepted', 'accepted'],
      );
      assert.equal((await it_.received()).length, 4);
    });
  });
}
