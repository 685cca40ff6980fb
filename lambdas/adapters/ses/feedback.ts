import { z } from 'zod';
import { Fault } from '#core/errors.ts';
import type { MailFeedback } from '#core/repositories/mails.ts';
import { OUTBOX_TAG } from './mailer.ts';

/** The part that all events have (SES developer guide, "Retrieving event data": contents of event data). */
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

/** Subtypes of a bounce by the suppression lists of SES and of the account (SES developer guide, "Bounce types"). */
const NOT_SENT = new Set(['Suppressed', 'OnAccountSuppressionList']);

const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
const recipients = z.array(z.object({ emailAddress: z.string(), diagnosticCode: text })).default([]);
const addresses = (of: z.infer<typeof recipients>) => of.map(({ emailAddress }) => emailAddress);

/** What an event says, and `distinct`, which tells two of one kind and mail apart; a repeated one has the same. */
type Parsed = Omit<MailFeedback, 'id'> & { readonly distinct: string };

/** Of the mail's fate; opens and clicks are none. Each reads the detail of its event type. */
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
    // SES has sent nothing: an earlier mail to this address had bounced, here or from another of its customers.
    if (NOT_SENT.has(bounceSubType)) return parsed('suppressed', timestamp, who, what, feedbackId);
    const bounced = parsed('bounced', timestamp, who, what, feedbackId);
    // A transient bounce is the end of this mail all the same: SES has given up.
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
  /** The outbox id that was sent as a tag: SES gives its own Message-ID, so nothing else names the mail. */
  readonly mailId: string;
  readonly feedback: MailFeedback;
}

/**
 * Reads an event that SES has published to EventBridge.
 * @returns undefined for a mail without our tag, and for what says nothing of its fate (opened, clicked)
 * @throws Fault `bad-input` for an event of ours that is not as SES documents it: it must not go under
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
