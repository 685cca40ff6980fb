import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { afterTry, drawState, givenUp, leftOut, pendingRecipients } from '#core/mailing/mail-state.ts';
import type { MailOutcome, RefusedRecipient } from '#core/ports.ts';
import type { Mail, MailFeedback, Recipient } from '#core/repositories/mails.ts';

const [A, B, COPY] = ['a@kunde.example', 'b@kunde.example', 'chef@kunde.example'];
const recipient = (address: string, state: Recipient['state'] = 'waiting'): Recipient => ({
  address,
  kind: address === COPY ? 'cc' : 'to',
  state,
});
const mailTo = (...recipients: Recipient[]): Mail => ({
  id: '2026000001-1',
  invoice: '2026000001',
  customer: '9',
  state: 'deferred',
  from: { name: 'Molkerei', address: 'rechnung@molkerei.example' },
  replyTo: '',
  recipients,
  messageId: '<1@molkerei.example>',
  key: 'mail/2026/11/9-2026000001-1.eml',
  queuedAt: '2026-11-02T03:00:00.000Z',
  changedAt: '2026-11-02T03:00:00.000Z',
  attempts: 1,
});
const no = (address: string, reply: string): RefusedRecipient => ({
  address,
  reply,
  temporary: reply.startsWith('4'),
});
const accepted = (...refused: RefusedRecipient[]): MailOutcome => ({
  state: 'accepted',
  reply: '250 ok',
  refused,
});
const trying = (mail: Mail, outcome: MailOutcome, sendAgain = false) =>
  drawState(afterTry(mail, outcome, sendAgain), 'deferred');
const pending = (mail: Mail) => pendingRecipients(mail).map(({ address }) => address);
const event = (kind: MailFeedback['kind'], recipients: string[], n = 1): MailFeedback => ({
  ...{ id: `${kind} ${n} ${recipients}`, kind, at: `2026-11-02T04:0${n}:00.000Z` },
  ...{ recipients, detail: `${kind} ${n}` },
});
const told = (mail: Mail, ...feedback: MailFeedback[]) => drawState({ ...mail, feedback }, 'deferred');

describe('the state of a mail to several recipients', () => {
  const mail = mailTo(recipient(A), recipient(B), recipient(COPY));

  it('if one recipient is greylisted, the next try is for that one alone', () => {
    const first = trying(mail, accepted(no(B, '450 later')));
    assert.deepEqual([first.state, pending(first)], ['deferred', [B]]);
    assert.equal(first.reason, `${B}: 450 later`);
    const second = trying(first, accepted());
    assert.deepEqual([second.state, second.reason, pending(second)], ['accepted', '250 ok', []]);
  });

  it('if one recipient is unknown to the server, the mail counts as accepted and the report names that one', () => {
    const sent = trying(mail, accepted(no(B, '550 no such user')));
    assert.deepEqual([sent.state, leftOut(sent)], ['accepted', [`${B} was refused: 550 no such user`]]);
  });

  it('a mail that only a copy recipient got has failed', () => {
    const sent = trying(mail, accepted(no(A, '550 no'), no(B, '554 never')));
    assert.deepEqual(
      [sent.state, sent.reason, leftOut(sent)],
      ['failed', `${A}: 550 no; ${B}: 554 never`, []],
    );
  });

  it('if the answer is lost, recipients who were refused before the hand-over do not become unknown', () => {
    const refused = [no(B, '550 no such user'), no(COPY, '451 later')];
    const lost = trying(mail, { state: 'unknown', reason: 'lost', refused });
    assert.deepEqual([lost.state, lost.reason, pending(lost)], ['unknown', 'lost', [COPY]]);
    assert.deepEqual(
      lost.recipients.map(({ state }) => state),
      ['unknown', 'failed', 'deferred'],
    );
    assert.equal(trying(lost, accepted()).state, 'unknown', 'a copy that got through settles nothing');
  });

  it('a mail whose answer was lost is sent again once by itself when the settings say so', () => {
    const lost: MailOutcome = { state: 'unknown', reason: 'lost' };
    const again = trying(mail, lost, true);
    assert.deepEqual([again.state, pending(again).length, again.sentAgain], ['deferred', 3, true]);
    assert.equal(trying(again, lost, true).state, 'unknown');
  });

  it('a mail given up for one recipient stays accepted for the other, and the report says so', () => {
    const first = trying(mail, accepted(no(B, '450 later')));
    const end = drawState(
      givenUp(first, (reply) => `Given up. ${reply}`),
      'deferred',
    );
    assert.deepEqual([end.state, leftOut(end)], ['accepted', [`${B} was refused: Given up. 450 later`]]);
  });

  const sent = trying(mail, accepted());
  const fates: readonly (readonly [string, readonly MailFeedback[], Mail['state'], readonly string[]])[] = [
    ['bounces for one addressee', [event('bounced', [B])], 'accepted', [`${B} bounced: bounced 1`]],
    ['bounces for all addressees', [event('bounced', [A]), event('bounced', [B], 2)], 'bounced', []],
    ['bounces for the copy', [event('bounced', [COPY])], 'accepted', [`${COPY} bounced: bounced 1`]],
    ['is delivered to one', [event('delivered', [A])], 'accepted', []],
    ['is delivered to both', [event('delivered', [A, B])], 'delivered', []],
    ['is complained of by one', [event('delivered', [A, B]), event('complained', [B])], 'complained', []],
    ['is suppressed for both', [event('suppressed', [A, B])], 'suppressed', []],
    [
      'bounces for one and is suppressed for the other',
      [event('bounced', [A]), event('suppressed', [B])],
      'bounced',
      [`${B} is suppressed: suppressed 1`],
    ],
    [
      'is known by another spelling',
      [event('delivered', ['A@KUNDE.example', 'b@Kunde.Example'])],
      'delivered',
      [],
    ],
  ];
  for (const [what, feedback, state, others] of fates) {
    it(`a mail that ${what} is ${state}`, () => {
      const known = told(sent, ...feedback);
      assert.deepEqual([known.state, leftOut(known)], [state, others]);
    });
  }
});

describe('any history of tries', () => {
  const addresses = [A, B, COPY];
  const reply = fc.constantFrom('450 later', '550 no such user');
  const outcome = fc.oneof(
    fc
      .subarray(addresses)
      .chain((some) =>
        fc
          .tuple(...some.map(() => reply))
          .map((replies) => accepted(...some.map((address, n) => no(address, replies[n]!)))),
      ),
    fc.constantFrom<MailOutcome>(
      { state: 'deferred', reason: '421 busy' },
      { state: 'failed', reason: '554 no' },
      { state: 'unknown', reason: 'lost' },
      { state: 'held', reason: '535 login' },
    ),
  );

  it('a recipient who has the mail, was refused for good, or may have it is never tried again', () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 8 }), (outcomes) => {
        let mail = mailTo(...addresses.map((address) => recipient(address)));
        const ends = new Set<string>();
        for (const one of outcomes) {
          const tried = pending(mail);
          assert.deepEqual(
            tried.filter((address) => ends.has(address)),
            [],
          );
          // A server mentions only recipients that it was asked about.
          const heard =
            one.state === 'accepted'
              ? accepted(...one.refused.filter(({ address }) => tried.includes(address)))
              : one;
          mail = trying(mail, heard);
          for (const address of tried) if (!pending(mail).includes(address)) ends.add(address);
          const isDone = pending(mail).length === 0;
          const hasUnknown = mail.recipients.some(({ state }) => state === 'unknown');
          assert.equal(mail.state === 'unknown', hasUnknown);
          if (!hasUnknown) assert.equal(mail.state === 'deferred', !isDone);
          if (mail.state === 'accepted') {
            assert.ok(mail.recipients.some(({ kind, state }) => kind === 'to' && state === 'accepted'));
          }
        }
      }),
    );
  });
});
