import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSesEvent } from '#adapters/ses/feedback.ts';
import { Fault } from '#core/errors.ts';
import type { MailFeedback } from '#core/repositories/mails.ts';
import { type SesEventType, sesEvent } from '#test/support/aws/ses-events.ts';

const MAIL = { mailId: '2026000001-1', messageId: 'ses-1', to: 'a@kunde.example' };
const AT = '2026-11-02T03:05:00.000Z';
const SENT = '2026-11-02T03:00:00.000Z';

const read = (type: SesEventType, over: object = {}) => readSesEvent(sesEvent(type, { ...MAIL, ...over }));

/** Makes the event with something else in its detail. */
function changed(type: SesEventType, change: (detail: Record<string, unknown>) => void) {
  const event = structuredClone(sesEvent(type, MAIL));
  change(event.detail as unknown as Record<string, unknown>);
  return event;
}

describe('an event of SES', () => {
  const meanings: [SesEventType, MailFeedback['kind'], string, string][] = [
    ['Send', 'accepted', SENT, 'ses-1'],
    ['Delivery', 'delivered', AT, '250 2.6.0 Message received'],
    ['Bounce', 'bounced', AT, 'Permanent General: a@kunde.example: smtp; 550 5.1.1 user unknown'],
    ['Complaint', 'complained', AT, 'a@kunde.example complained abuse'],
    ['DeliveryDelay', 'delayed', AT, 'TransientCommunicationFailure'],
    ['Reject', 'rejected', SENT, 'Bad content'],
  ];
  for (const [type, kind, at, detail] of meanings) {
    it(`an event of the kind ${type} means ${kind}`, () => {
      const told = read(type)!;
      assert.equal(told.mailId, MAIL.mailId);
      const { id, permanent, ...feedback } = told.feedback;
      assert.equal(permanent, kind === 'bounced' || undefined);
      assert.deepEqual(feedback, { kind, at, recipients: ['a@kunde.example'], detail });
      assert.ok(id.startsWith(`${kind} ses-1`), id);
    });
  }

  it('a repeated event has the id of the first one, and another event of its kind has its own', () => {
    for (const type of ['Delivery', 'Bounce', 'Complaint', 'DeliveryDelay'] as const) {
      assert.deepEqual(read(type), read(type));
      const names = [
        {},
        { to: 'b@kunde.example' },
        { at: '2026-11-02T04:00:00.000Z' },
        { messageId: 'ses-2' },
      ];
      assert.equal(new Set(names.map((over) => read(type, over)!.feedback.id)).size, 4, type);
    }
    for (const type of ['Send', 'Reject'] as const) {
      assert.equal(read(type)!.feedback.id, read(type, { at: '2026-11-02T04:00:00.000Z' })!.feedback.id);
    }
  });

  it('events of other programs, and events that say nothing about the fate of a mail, are ignored', () => {
    assert.equal(read('Open'), undefined);
    const foreign = changed('Bounce', ({ mail }) => {
      (mail as { tags: object }).tags = { 'ses:configuration-set': ['mailing'] };
    });
    assert.equal(readSesEvent(foreign), undefined);
    for (const event of [undefined, null, 'x', {}, { detail: {} }, { detail: { eventType: 'Bounce' } }]) {
      assert.equal(readSesEvent(event), undefined);
    }
  });

  const bounces: [string, string, MailFeedback['kind'], true | undefined][] = [
    ['Permanent', 'NoEmail', 'bounced', true],
    ['Transient', 'MailboxFull', 'bounced', undefined],
    ['Undetermined', 'Undetermined', 'bounced', undefined],
    ['Permanent', 'Suppressed', 'suppressed', undefined],
    ['Permanent', 'OnAccountSuppressionList', 'suppressed', undefined],
  ];
  for (const [bounceType, bounceSubType, kind, permanent] of bounces) {
    it(`a bounce that is ${bounceType}, ${bounceSubType}, means ${kind}`, () => {
      const event = changed('Bounce', (detail) => {
        detail.bounce = { ...(detail.bounce as object), bounceType, bounceSubType };
      });
      const { feedback } = readSesEvent(event)!;
      assert.deepEqual([feedback.kind, feedback.permanent], [kind, permanent]);
      assert.ok(feedback.detail.startsWith(`${bounceType} ${bounceSubType}`));
    });
  }

  it('fields that SES leaves out at times may be missing', () => {
    const plain = changed('Bounce', (detail) => {
      detail.bounce = {
        ...(detail.bounce as object),
        bouncedRecipients: [{ emailAddress: 'a@kunde.example' }],
      };
    });
    assert.equal(readSesEvent(plain)?.feedback.detail, 'Permanent General: a@kunde.example');
    const silent = changed('Complaint', (detail) => {
      detail.complaint = { ...(detail.complaint as object), complaintFeedbackType: null };
    });
    assert.equal(readSesEvent(silent)?.feedback.detail, 'a@kunde.example complained');
  });

  it('an event about one of our mails that cannot be understood is a fault and does not get lost', () => {
    const odd = changed('Bounce', (detail) => {
      detail.bounce = { bounced: true };
    });
    assert.throws(
      () => readSesEvent(odd),
      (error) =>
        error instanceof Fault && error.code === 'bad-input' && /2026000001-1.*Bounce/.test(error.message),
    );
  });
});
