import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createSesMailer, OUTBOX_TAG } from '#adapters/ses/mailer.ts';
import type { MailOutcome } from '#core/ports.ts';
import { mailerContract } from '#test/contracts/mailer-contract.ts';
import { type SesAct, startScriptedSes } from '#test/support/aws/scripted-ses.ts';
import { sesClient, startSesServer } from '#test/support/aws/ses-server.ts';

mailerContract('SES', 'for all', async () => {
  const { endpoint, calls, close } = await startScriptedSes();
  return {
    mailer: createSesMailer({ client: sesClient(endpoint), configurationSet: 'rechnungspost' }),
    received: async () => calls,
    recipient: 'kunde@example.org',
    close,
  };
});

const envelope = { from: 'rechnung@wiesengrund.example', to: ['kunde@example.org'], tag: '2026000123-1' };
const message = Buffer.from('From: <rechnung@wiesengrund.example>\r\nSubject: x\r\n\r\nx\r\n');
const nothing = async () => {};

async function scripted(t: TestContext, act: SesAct = 'take', config = {}) {
  const server = await startScriptedSes(act);
  t.after(server.close);
  const client = sesClient(server.endpoint, config);
  const mailer = createSesMailer({ client, configurationSet: 'rechnungspost' });
  return { server, mailer };
}

const reasonOf = (outcome: MailOutcome): string => (outcome.state === 'accepted' ? '' : outcome.reason);

describe('the SES mailer', () => {
  it('a composed mail with megabytes of attachments arrives at SES as it was composed', async (t) => {
    const server = await startSesServer();
    t.after(server.close);
    const mailer = createSesMailer({ client: server.client, configurationSet: 'rechnungspost' });
    const pdf = randomBytes(3_500_000);
    const raw = await createMailComposer().compose({
      messageId: '<2026000123-1@wiesengrund.example>',
      date: '2026-10-31T08:00:00.000Z',
      from: { name: 'Molkerei Wiesengrund', address: envelope.from },
      to: [{ name: 'Café Müller', address: 'kunde@example.org' }],
      cc: [{ name: '', address: 'buero@müller.example' }],
      replyTo: undefined,
      subject: 'Rechnung für Oktober',
      text: 'Guten Tag,\nanbei die Rechnung.',
      html: '<p>Guten Tag,</p>',
      attachments: [{ fileName: 'Rechnung-Müller.pdf', contentType: 'application/pdf', bytes: pdf }],
    });
    const to = ['kunde@example.org', 'buero@müller.example', 'bcc@example.org'];
    const outcome = await mailer.send({ ...envelope, to }, raw, nothing);
    const [mail, ...others] = await server.stored();
    assert.equal(others.length, 0);
    assert.deepEqual(outcome, { state: 'accepted', reply: mail!.messageId, refused: [] });
    assert.equal(mail!.from, '"Molkerei Wiesengrund" <rechnung@wiesengrund.example>');
    assert.deepEqual(mail!.destination.to, ['"Café Müller" <kunde@example.org>']);
    assert.equal(mail!.subject, 'Rechnung für Oktober');
    assert.match(mail!.body.text!, /anbei die Rechnung/);
    assert.deepEqual(
      mail!.attachments.map(({ filename, content }) => [
        filename,
        pdf.equals(Buffer.from(content, 'base64')),
      ]),
      [['Rechnung-Müller.pdf', true]],
    );
  });

  it('the mail carries its tag and the configuration set that publishes its events', async (t) => {
    const { server, mailer } = await scripted(t);
    const outcome = await mailer.send(envelope, message, nothing);
    assert.deepEqual(outcome, { state: 'accepted', reply: 'ses-1', refused: [] });
    const { tag: _, ...withoutTag } = envelope;
    await mailer.send(withoutTag, message, nothing);
    assert.deepEqual(
      server.calls.map(({ configurationSet, tags }) => ({ configurationSet, tags })),
      [
        { configurationSet: 'rechnungspost', tags: { [OUTBOX_TAG]: '2026000123-1' } },
        { configurationSet: 'rechnungspost', tags: {} },
      ],
    );
    assert.equal(server.connections, 2, 'none is kept, which could be found closed');
  });

  it('50 recipients are accepted; more of them, or more than 40 MB, are refused before the hand-over', async (t) => {
    const { server, mailer } = await scripted(t);
    const many = (n: number) => Array.from({ length: n }, (_, i) => `kunde${i}@example.org`);
    const never = () => assert.fail('asked');
    assert.equal((await mailer.send({ ...envelope, to: many(50) }, message, nothing)).state, 'accepted');
    const crowd = await mailer.send({ ...envelope, to: many(51) }, message, never);
    assert.equal(crowd.state, 'failed');
    assert.match(reasonOf(crowd), /51 recipients.*no more than 50/);
    const large = await mailer.send(envelope, new Uint8Array(40_000_001), never);
    assert.equal(large.state, 'failed');
    assert.match(reasonOf(large), /40\.0 MB.*no more than 40 MB/);
    assert.equal(server.connections, 1);
  });

  const refuses = (status: number, type: string, message?: string) => ({
    ...{ status, type },
    ...(message && { message }),
  });
  for (const [act, state, reason] of [
    [
      refuses(400, 'MessageRejected', 'Email address is not verified.'),
      ...(['held', /MessageRejected: Email address is not verified.*verify the sender/] as const),
    ],
    [refuses(400, 'MessageRejected', 'Transaction failed: virus'), 'failed', /refused the message/],
    [refuses(400, 'MailFromDomainNotVerifiedException'), 'held', /MAIL FROM domain/],
    [refuses(400, 'AccountSuspendedException'), 'held', /account dashboard/],
    [refuses(400, 'SendingPausedException'), 'held', /resume sending/],
    [refuses(404, 'NotFoundException'), 'held', /configuration set/],
    [refuses(403, 'AccessDeniedException'), 'held', /right to send/],
    [refuses(403, 'InvalidSignatureException'), 'held', /login/],
    [refuses(429, 'TooManyRequestsException'), 'deferred', /no more mails for now/],
    [refuses(400, 'ThrottlingException'), 'deferred', /no more mails for now/],
    [refuses(400, 'LimitExceededException'), 'deferred', /no more mails for now/],
    [refuses(400, 'BadRequestException'), 'failed', /refused the message/],
    [refuses(413, 'RequestEntityTooLarge'), 'failed', /refused the message/],
    [refuses(500, 'InternalServiceErrorException'), 'unknown', /answer was lost/],
    [refuses(502, 'BadGateway'), 'unknown', /answer was lost/],
    [refuses(503, 'ServiceUnavailable'), 'deferred', /busy/],
    ['close at once', 'unknown', /answer was lost \(TimeoutError: socket hang up\)/],
    ['close after', 'unknown', /answer was lost/],
    ['silence', 'unknown', /answer was lost \(TimeoutError: .*100 ms/],
  ] as const) {
    const what = typeof act === 'string' ? act : `${act.status} ${act.type}`;
    it(`the mailer asks once and calls the mail ${state} for ${what}`, async (t) => {
      const requestHandler = {
        requestTimeout: what === 'silence' ? 100 : 10_000,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: false },
      };
      const { server, mailer } = await scripted(t, act, { requestHandler });
      let asked = 0;
      const outcome = await mailer.send(envelope, message, async () => {
        asked += 1;
      });
      assert.equal(outcome.state, state);
      assert.match(reasonOf(outcome), reason);
      assert.deepEqual([asked, server.connections], [1, 1]);
    });
  }

  it('a mail is deferred when nothing could be handed over', async (t) => {
    const { server, mailer } = await scripted(t);
    await server.close();
    const outcome = await mailer.send(envelope, message, nothing);
    assert.equal(outcome.state, 'deferred');
    assert.match(reasonOf(outcome), /cannot be reached \(Error: connect ECONNREFUSED/);
  });

  it('a mail is held when there are no credentials', async (t) => {
    const credentials = () =>
      Promise.reject(Object.assign(new Error('none here'), { name: 'CredentialsProviderError' }));
    const { server, mailer } = await scripted(t, 'take', { credentials });
    const outcome = await mailer.send(envelope, message, nothing);
    assert.equal(outcome.state, 'held');
    assert.match(reasonOf(outcome), /no login.*none here/);
    assert.equal(server.connections, 0);
  });
});
