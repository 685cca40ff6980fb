import { z } from 'zod';
import { Fault } from '#core/errors.ts';
import type { MailFeedback } from '#core/repositories/mails.ts';
import { OUTBOX_TAG } from './mailer.ts';

/** The part common to all events (SES developer guide, "Retrieving event data": contents of event data). */
const anyEvent = z.object({
  detail: z.object({
    eventType: z.string(),
    mail: z.object({
      timestamp: z.string(),
      messageId: z.string(),
      destination: z.array(z.string()).default([]),
      tags: z.record(z.string(), z.array(z.string())).default({}),
    }),
  }),
});
type SesMail = z.infer<typeof anyEvent>['detail']['mail'];

/**
 * Bounce subtypes that mean the address is on the suppression list of SES or of the account (SES developer
 * guide, "Bounce types").
 */
const NOT_SENT = new Set(['Suppressed', 'OnAccountSuppressionList']);

const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
const recipients = z.array(z.object({ emailAddress: z.string(), diagnosticCode: text })).default([]);
const addresses = (of: z.infer<typeof recipients>) => of.map(({ emailAddress }) => emailAddress);

/**
 * The content of an event. `distinct` tells apart two events of one kind about one mail; a repeated event has
 * the same value.
 */
type Parsed = Omit<MailFeedback, 'id'> & { readonly distinct: string };

/**
 * Parsers for the event types that concern a mail's fate, which opens and clicks do not. Each reads the
 * detail of its type.
 */
const PARSERS: Readonly<Record<string, (detail: unknown, mail: SesMail) => Parsed>> = {
  Send: (_, mail) => parsed('accepted', mail.timestamp, mail.destination, mail.messageId, ''),

  Delivery(detail) {
    const { delivery } = z
      .object({
        delivery: z.object({ timestamp: z.string(), recipients: z.array(z.string()), smtpResponse: text }),
      })
      .parse(detail);
    const { timestamp, recipients, smtpResponse } = delivery;
    return parsed('delivered', timestamp, recipients, smtpResponse, `${timestamp} ${recipients.join()}`);
  },

  Bounce(detail) {
    const { bounce } = z
      .object({
        bounce: z.object({
          bounceType: text,
          bounceSubType: text,
          bouncedRecipients: recipients,
          timestamp: z.string(),
          feedbackId: z.string(),
        }),
      })
      .parse(detail);
    const reasons = bounce.bouncedRecipients.map(({ emailAddress, diagnosticCode }) =>
      diagnosticCode === '' ? emailAddress : `${emailAddress}: ${diagnosticCode}`,
    );
    const { bounceType, bounceSubType, timestamp, feedbackId } = bounce;
    const what = `${bounceType} ${bounceSubType}: ${reasons.join('; ')}`;
    const who = addresses(bounce.bouncedRecipients);
    // SES has sent nothing, because an earlier mail to this address bounced, here or from another of its
    // customers.
    if (NOT_SENT.has(bounceSubType)) return parsed('suppressed', timestamp, who, what, feedbackId);
    const bounced = parsed('bounced', timestamp, who, what, feedbackId);
    // Even a transient bounce is final for this mail, because SES has given up.
    return bounceType === 'Permanent' ? { ...bounced, permanent: true } : bounced;
  },

  Complaint(detail) {
    const { complaint } = z
      .object({
        complaint: z.object({
          complainedRecipients: recipients,
          timestamp: z.string(),
          feedbackId: z.string(),
          complaintFeedbackType: text,
        }),
      })
      .parse(detail);
    const who = addresses(complaint.complainedRecipients);
    const what = `${who.join(', ')} complained ${complaint.complaintFeedbackType}`.trim();
    return parsed('complained', complaint.timestamp, who, what, complaint.feedbackId);
  },

  DeliveryDelay(detail) {
    const { deliveryDelay } = z
      .object({
        deliveryDelay: z.object({ timestamp: z.string(), delayType: text, delayedRecipients: recipients }),
      })
      .parse(detail);
    const { timestamp, delayType, delayedRecipients } = deliveryDelay;
    const who = addresses(delayedRecipients);
    return parsed('delayed', timestamp, who, delayType, `${timestamp} ${who.join()}`);
  },

  Reject(detail, mail) {
    const { reject } = z.object({ reject: z.object({ reason: text }) }).parse(detail);
    return parsed('rejected', mail.timestamp, mail.destination, reject.reason, '');
  },
};

const parsed = (
  kind: MailFeedback['kind'],
  at: string,
  to: readonly string[],
  detail: string,
  distinct: string,
): Parsed => ({ kind, at, recipients: to, detail, distinct });

export interface SesFeedback {
  /**
   * The outbox id, which was sent as a tag. SES assigns its own Message-ID, so nothing else identifies the
   * mail.
   */
  readonly mailId: string;
  readonly feedback: MailFeedback;
}

/**
 * Reads an event that SES has published to EventBridge.
 * @returns undefined for a mail without our tag, and for events that say nothing of its fate (opened,
 * clicked)
 * @throws Fault `bad-input` for an event of ours that differs from SES's documentation, because it must not
 * be lost
 */
export function readSesEvent(event: unknown): SesFeedback | undefined {
  const parsed = anyEvent.safeParse(event);
  const { mail, eventType = '' } = parsed.data?.detail ?? {};
  const mailId = mail?.tags[OUTBOX_TAG]?.[0];
  const tell = PARSERS[eventType];
  if (!mail || mailId === undefined || !tell) return undefined;
  try {
    const { distinct, ...feedback } = tell((event as { detail: unknown }).detail, mail);
    return { mailId, feedback: { ...feedback, id: `${feedback.kind} ${mail.messageId} ${distinct}`.trim() } };
  } catch (cause) {
    throw new Fault('bad-input', `An event of SES about mail ${mailId} is not understood (${eventType})`, {
      cause,
    });
  }
}
