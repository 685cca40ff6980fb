import { z } from 'zod';
import type { MailFeedback } from '#core/repositories/mails.ts';
import { OUTBOX_TAG } from './mailer.ts';

const recipients = z.array(z.object({ emailAddress: z.string(), diagnosticCode: z.string().optional() }));

/** The events that SES publishes to EventBridge, as far as they are read (SES developer guide, "event publishing"). */
const sesEvent = z.object({
  detail: z.object({
    eventType: z.string(),
    mail: z.object({
      timestamp: z.string(),
      messageId: z.string(),
      destination: z.array(z.string()).default([]),
      tags: z.record(z.string(), z.array(z.string())).default({}),
    }),
    bounce: z
      .object({
        bounceType: z.string(),
        bounceSubType: z.string().default(''),
        bouncedRecipients: recipients.default([]),
        timestamp: z.string(),
        feedbackId: z.string(),
      })
      .optional(),
    complaint: z
      .object({
        complainedRecipients: recipients.default([]),
        timestamp: z.string(),
        feedbackId: z.string(),
        complaintFeedbackType: z.string().default(''),
      })
      .optional(),
    delivery: z
      .object({
        timestamp: z.string(),
        recipients: z.array(z.string()),
        smtpResponse: z.string().default(''),
      })
      .optional(),
    deliveryDelay: z
      .object({
        timestamp: z.string(),
        delayType: z.string().default(''),
        delayedRecipients: recipients.default([]),
      })
      .optional(),
    reject: z.object({ reason: z.string() }).optional(),
  }),
});

export interface SesFeedback {
  /** The outbox id that was sent as a tag: SES gives its own Message-ID, so nothing else names the mail. */
  readonly mailId: string;
  readonly feedback: MailFeedback;
}

/** @returns undefined for a mail without our tag, and for what says nothing of its fate (opened, clicked) */
export function readSesEvent(event: unknown): SesFeedback | undefined {
  const parsed = sesEvent.safeParse(event);
  if (!parsed.success) return undefined;
  const { mail, ...detail } = parsed.data.detail;
  const mailId = mail.tags[OUTBOX_TAG]?.[0];
  const told = tell(detail, mail);
  if (mailId === undefined || told === undefined) return undefined;
  const { distinct, ...feedback } = told;
  return { mailId, feedback: { ...feedback, id: `${told.kind} ${mail.messageId} ${distinct}` } };
}

type Detail = z.infer<typeof sesEvent>['detail'];

/** `distinct` tells two events of one kind and mail apart; a repeated one has the same. */
function tell(
  { eventType, bounce, complaint, delivery, deliveryDelay, reject }: Omit<Detail, 'mail'>,
  mail: Detail['mail'],
): (Omit<MailFeedback, 'id'> & { readonly distinct: string }) | undefined {
  const addresses = (of: z.infer<typeof recipients>) => of.map(({ emailAddress }) => emailAddress);
  if (eventType === 'Bounce' && bounce) {
    const { bounceType, bounceSubType, bouncedRecipients, timestamp, feedbackId } = bounce;
    const reasons = bouncedRecipients.map(({ emailAddress, diagnosticCode = '' }) =>
      `${emailAddress}: ${diagnosticCode}`.replace(/: $/, ''),
    );
    const detail = `${bounceType} ${bounceSubType}: ${reasons.join('; ')}`;
    return {
      kind: 'bounced',
      at: timestamp,
      recipients: addresses(bouncedRecipients),
      detail,
      distinct: feedbackId,
    };
  }
  if (eventType === 'Complaint' && complaint) {
    const { complainedRecipients, timestamp, feedbackId, complaintFeedbackType } = complaint;
    const who = addresses(complainedRecipients);
    const detail = `${who.join(', ')} complained ${complaintFeedbackType}`.trim();
    return { kind: 'complained', at: timestamp, recipients: who, detail, distinct: feedbackId };
  }
  if (eventType === 'Delivery' && delivery) {
    const { timestamp, smtpResponse } = delivery;
    return {
      ...{ kind: 'delivered', at: timestamp, recipients: delivery.recipients },
      ...{ detail: smtpResponse, distinct: `${timestamp} ${delivery.recipients.join()}` },
    };
  }
  if (eventType === 'DeliveryDelay' && deliveryDelay) {
    const { timestamp, delayType, delayedRecipients } = deliveryDelay;
    return {
      kind: 'delayed',
      at: timestamp,
      recipients: addresses(delayedRecipients),
      detail: delayType,
      distinct: timestamp,
    };
  }
  if (eventType === 'Reject' && reject) {
    return {
      kind: 'rejected',
      at: mail.timestamp,
      recipients: mail.destination,
      detail: reject.reason,
      distinct: '',
    };
  }
  if (eventType === 'Send') {
    return {
      kind: 'accepted',
      at: mail.timestamp,
      recipients: mail.destination,
      detail: mail.messageId,
      distinct: '',
    };
  }
  return undefined;
}
