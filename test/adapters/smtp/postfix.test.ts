import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import type { SmtpSettings, SmtpTimings } from '#adapters/smtp/settings.ts';
import type { MailOutcome } from '#core/ports.ts';
import {
  CLERK,
  certificateOf,
  MAILBOXES,
  NOBODY,
  PINNED,
  POSTFIX_MISSING,
  type Postfix,
  pinOf,
  SENDER,
  startPostfix,
  TILL,
} from '#test/support/mail/postfix.ts';
import type { ServiceName } from '#test/support/mail/postfix-config.ts';
import type { Delivered } from '#test/support/mail/postfix-mailboxes.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';

type Over = Partial<SmtpSettings>;
interface More extends Partial<SmtpTimings> {
  readonly from?: string;
  /** The size of each attachment in bytes. */
  readonly size?: number;
}

const { own, copy, sales, store, grey, customer, second } = MAILBOXES;
const LOGIN = { ...PINNED, ...CLERK };
const CLEAR = { ...CLERK, allowPlainLogin: true };
const IMPLICIT = { ...PINNED, encryption: 'tls' } as const;
const UNVERIFIED = { encryption: 'starttls', certificate: 'any' } as const;

/** These patterns find in the Received line how the message came. */
const IN_THE_CLEAR = /with ESMTP id/;
const BY_TLS = /using TLSv1\.3 with cipher [\s\S]*with ESMTPS id/;
const LOGGED_IN = /using TLSv1\.3 with cipher [\s\S]*Authenticated sender: clerk[\s\S]*with ESMTPSA id/;
const CLEAR_LOGIN = /Authenticated sender: clerk[\s\S]*with ESMTPA id/;

const ACCEPTED: readonly [what: string, ServiceName, Over, trace: RegExp][] = [
  ['nothing encrypted', 'plain', {}, IN_THE_CLEAR],
  ['TLS if offered, which it is not', 'plain', { encryption: 'starttls-if-offered' }, IN_THE_CLEAR],
  ['TLS if offered, which it is', 'starttls', { ...PINNED, encryption: 'starttls-if-offered' }, BY_TLS],
  ['STARTTLS, pinned', 'starttls', PINNED, BY_TLS],
  ['STARTTLS, any certificate', 'starttls', UNVERIFIED, BY_TLS],
  ['STARTTLS, on which the server insists', 'starttls required', PINNED, BY_TLS],
  ['STARTTLS, expired but pinned', 'expired', { ...PINNED, pin: pinOf('expired') }, BY_TLS],
  ['TLS from the start', 'tls', IMPLICIT, BY_TLS],
  ['TLS 1.2', 'TLS 1.2', PINNED, /using TLSv1\.2 /],
  ['TLS 1.3 alone', 'TLS 1.3', { ...PINNED, minTls: 'TLSv1.3' }, /using TLSv1\.3 /],
  ['a login', 'submission', LOGIN, LOGGED_IN],
  ['a login, the sender looked at at once', 'submission, asking at once', LOGIN, LOGGED_IN],
  ['a login, others shut out', 'submission, for users alone', LOGIN, LOGGED_IN],
  ['the login PLAIN', 'PLAIN alone', LOGIN, LOGGED_IN],
  ['the login LOGIN', 'LOGIN alone', LOGIN, LOGGED_IN],
  ['the login CRAM-MD5', 'CRAM-MD5 alone', LOGIN, LOGGED_IN],
  ['a login in the clear, which is allowed', 'login in the clear', CLEAR, CLEAR_LOGIN],
];

const UNTRUSTED = /SELF_SIGNED.*mail\.smtp\.certificate.*mail\.smtp\.pin/;
const NOT_CLERKS = /not owned by user clerk.*mail\.sender\.address/;
const WRONG_PORT = /mail\.smtp\.encryption.*mail\.smtp\.port/;
const OTHER = { from: 'andere@wiesengrund.example' };
/** A server that waits for a TLS handshake never greets, so that the test waits only a short time. */
const SOON = { greetingMs: 300 };

const HELD: readonly [what: string, ServiceName, Over, reason: RegExp, More?][] = [
  ['a wrong password', 'submission', { ...LOGIN, password: 'x' }, /5\.7\.8.*mail\.smtp\.password/],
  ['an unknown user', 'CRAM-MD5 alone', { ...LOGIN, user: 'x' }, /5\.7\.8.*mail\.smtp\.user/],
  ['no login', 'submission', PINNED, /Relay access denied.*mail\.smtp\.user/],
  ['no login, asked at once', 'submission, asking at once', PINNED, /not logged in.*mail\.smtp\.user/],
  ['no login, shut out', 'submission, for users alone', PINNED, /Access denied.*mail\.smtp\.user/],
  ['a login where there is none', 'starttls', LOGIN, /no login.*mail\.smtp\.user/],
  ['a login of another kind', 'PLAIN alone', { ...LOGIN, login: 'cram-md5' }, /mail\.smtp\.login/],
  ['a login before STARTTLS', 'submission', CLEAR, /mail\.smtp\.encryption/],
  ['a login in the clear', 'login in the clear', CLERK, /mail\.smtp\.allowPlainLogin/],
  ['the sender of another user', 'submission', LOGIN, NOT_CLERKS, OTHER],
  ['the same, asked at once', 'submission, asking at once', LOGIN, NOT_CLERKS, OTHER],
  ['a user without a sender', 'submission', { ...PINNED, ...TILL }, /user till.*mail\.sender\.address/],
  ['a self-signed certificate', 'starttls', { encryption: 'starttls' }, UNTRUSTED],
  ['the same from the start', 'tls', { encryption: 'tls' }, UNTRUSTED],
  ['an expired certificate', 'expired', { encryption: 'starttls' }, /EXPIRED.*mail\.smtp\.certificate/],
  ['another certificate than the pinned one', 'expired', PINNED, /mail\.smtp\.pin/],
  ['STARTTLS where there is none', 'plain', PINNED, /STARTTLS.*mail\.smtp\.encryption/],
  ['nothing encrypted where it must be', 'starttls required', {}, /STARTTLS.*mail\.smtp\.encryption/],
  ['TLS from the start at a port with STARTTLS', 'starttls', IMPLICIT, WRONG_PORT],
  ['STARTTLS at a port with TLS from the start', 'tls', PINNED, WRONG_PORT, SOON],
  ['nothing encrypted at a port with TLS from the start', 'tls', {}, WRONG_PORT, SOON],
  ['TLS 1.3 alone where there is TLS 1.2', 'TLS 1.2', { ...PINNED, minTls: 'TLSv1.3' }, /mail\.smtp\.minTls/],
];

describe('mail through Postfix', { skip: POSTFIX_MISSING }, () => {
  let postfix: Postfix;
  before(async () => {
    postfix = await startPostfix();
  });
  after(() => postfix.close());

  let count = 0;
  const newId = () => `<${++count}@wiesengrund.example>`;
  const copiesOf = async (messageId: string) =>
    (await postfix.delivered()).filter(({ bytes }) => bytes.includes(`Message-ID: ${messageId}\r\n`));

  async function trial(service: ServiceName, over: Over, to: readonly string[], more: More = {}) {
    const { from = SENDER, size = 3_000, ...timings } = more;
    const messageId = newId();
    const message = await messageOf(messageId, size);
    let asked = 0;
    const mailer = createSmtpMailer(smtpSettings(postfix.ports[service], over), timings);
    const outcome = await mailer.send({ from, to }, message, async () => {
      asked += 1;
    });
    await mailer.close();
    return { outcome, asked, message, copies: await copiesOf(messageId) };
  }

  for (const [what, service, over, trace] of ACCEPTED) {
    it(`a mail is accepted and arrives byte for byte: ${what}`, async () => {
      const to = over.user === undefined ? [own, copy] : [own, customer];
      const { outcome, asked, message, copies } = await trial(service, over, to);
      assert.equal(outcome.state, 'accepted', reasonOf(outcome));
      assert.match(reasonOf(outcome), /^250 2\.0\.0 Ok: queued as/);
      assert.equal(asked, 1);
      assert.deepEqual(mailboxesOf(copies), to.toSorted());
      for (const copied of copies) {
        assert.equal(copied.sender, SENDER);
        assert.match(copied.trace, trace);
        assert.ok(copied.bytes.equals(message), 'byte for byte');
      }
    });
  }

  for (const [what, service, over, reason, more] of HELD) {
    it(`a mail is held, and the reason names the remedy: ${what}`, async () => {
      const { outcome, asked, copies } = await trial(service, over, [customer], more);
      assert.equal(outcome.state, 'held', reasonOf(outcome));
      assert.match(reasonOf(outcome), reason);
      assert.deepEqual([asked, copies], [0, []]);
    });
  }

  it('a mail to an unknown recipient fails', async () => {
    const { outcome, asked, copies } = await trial('plain', {}, [NOBODY]);
    assert.equal(outcome.state, 'failed');
    assert.match(reasonOf(outcome), /niemand@wiesengrund\.example.*550 5\.1\.1/);
    assert.deepEqual([asked, copies], [0, []]);
  });

  it('a mail that is larger than the server accepts is not even begun', async () => {
    const { outcome, asked, copies } = await trial('small', {}, [own], { size: 30_000 });
    assert.equal(outcome.state, 'failed');
    assert.match(reasonOf(outcome), /too large/);
    assert.deepEqual([asked, copies], [0, []]);
    assert.equal((await trial('small', {}, [own])).outcome.state, 'accepted');
  });

  it('a mail is deferred by greylisting and accepted at the next try', async () => {
    const first = await trial('submission', LOGIN, [MAILBOXES.greyCustomer]);
    assert.equal(first.outcome.state, 'deferred');
    assert.match(reasonOf(first.outcome), /450 4\.2\.0 .*Greylisted/);
    assert.deepEqual([first.asked, first.copies], [0, []]);
    const second = await trial('submission', LOGIN, [MAILBOXES.greyCustomer]);
    assert.equal(second.outcome.state, 'accepted');
    assert.equal(second.copies.length, 1);
  });

  it('a mail goes to the accepted recipients when others are unknown or greylisted', async () => {
    const { outcome, message, copies } = await trial('plain', {}, [NOBODY, grey, own]);
    assert.equal(outcome.state, 'accepted');
    assert.deepEqual(repliesOf(outcome), [
      [NOBODY, '550 5.1.1'],
      [grey, '450 4.2.0'],
    ]);
    assert.deepEqual(
      copies.map(({ mailbox, bytes }) => [mailbox, bytes.equals(message)]),
      [[own, true]],
    );
  });

  it('recipients that are too many for one message are named', async () => {
    const { outcome, copies } = await trial('few recipients', {}, [own, copy, sales, store]);
    assert.equal(outcome.state, 'accepted');
    assert.deepEqual(repliesOf(outcome), [[store, '452 4.5.3']]);
    assert.deepEqual(mailboxesOf(copies), [own, copy, sales].sort());
  });

  it('several mails go out at once and one after the other', async () => {
    const mailer = createSmtpMailer(smtpSettings(postfix.ports.submission, LOGIN));
    const send = async () => {
      const messageId = newId();
      const message = await messageOf(messageId, 3_000);
      const outcome = await mailer.send({ from: SENDER, to: [customer, second] }, message, async () => {});
      return { outcome, messageId };
    };
    const sent = [...(await Promise.all([send(), send(), send()])), await send(), await send()];
    await mailer.close();
    for (const { outcome, messageId } of sent) {
      assert.equal(outcome.state, 'accepted', reasonOf(outcome));
      assert.equal((await copiesOf(messageId)).length, 2);
    }
  });

  it('a certificate that this machine trusts is accepted until it expires', async () => {
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, certificateOf('self-signed'), certificateOf('expired')]);
    try {
      const good = await trial('starttls', { encryption: 'starttls' }, [own]);
      assert.equal(good.outcome.state, 'accepted', reasonOf(good.outcome));
      const expired = await trial('expired', { encryption: 'starttls' }, [own]);
      assert.equal(expired.outcome.state, 'held');
      assert.match(reasonOf(expired.outcome), /CERT_HAS_EXPIRED/);
    } finally {
      setDefaultCACertificates(trusted);
    }
  });
});

const reasonOf = (outcome: MailOutcome) => (outcome.state === 'accepted' ? outcome.reply : outcome.reason);

/** Gives the address and the codes of the reply for each refused recipient. */
const repliesOf = (outcome: MailOutcome) =>
  outcome.state === 'accepted'
    ? outcome.refused.map(({ address, reply }) => [address, reply.split(' ').slice(0, 2).join(' ')])
    : [];

const mailboxesOf = (copies: readonly Delivered[]) => copies.map(({ mailbox }) => mailbox).sort();

/** Composes a message with lines that begin with dots, umlauts wherever they may be, and two attachments. */
async function messageOf(messageId: string, size: number): Promise<Uint8Array> {
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 7919) % 251);
  return createMailComposer().compose({
    messageId,
    date: '2026-11-02T03:00:00Z',
    from: { name: 'Molkerei Wiesengrund – Büro', address: SENDER },
    to: [{ name: 'Käthe Größmann', address: own }],
    cc: [{ name: 'Bäcker & Söhne', address: copy }],
    replyTo: undefined,
    subject: 'Ihre Rechnung für Oktober – schönen Gruß',
    text: `.\n..zwei Punkte\n. am Anfang\n${'Grüße '.repeat(60)}\n`,
    html: `<p>Grüße</p>\n.\n${'<b>x</b>'.repeat(300)}`,
    attachments: [
      { fileName: 'Käserechnung-10002-2026000001.pdf', contentType: 'application/pdf', bytes },
      { fileName: `Übersicht-${'lang-'.repeat(20)}.pdf`, contentType: 'application/pdf', bytes },
    ],
    inline: [],
  });
}
