import { OUTBOX_TAG } from '#adapters/ses/mailer.ts';

export type SesEventType = 'Send' | 'Delivery' | 'Bounce' | 'Complaint' | 'DeliveryDelay' | 'Reject' | 'Open';

const NAMES: Readonly<Record<SesEventType, string>> = {
  Send: 'Email Sent',
  Delivery: 'Email Delivered',
  Bounce: 'Email Bounced',
  Complaint: 'Email Complaint Received',
  DeliveryDelay: 'Email Delivery Delayed',
  Reject: 'Email Rejected',
  Open: 'Email Opened',
};

/**
 * Makes an event as SES publishes it to EventBridge, with all that its documentation shows
 * (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html).
 * @param over the mail's outbox id, SES's own id, the recipient, and the time of the event
 */
export function sesEvent(
  eventType: SesEventType,
  over: {
    readonly mailId: string;
    readonly messageId?: string;
    readonly to?: string;
    readonly at?: string;
    readonly configurationSet?: string;
  },
) {
  const { mailId, to = 'k9@kunde.example', at = '2026-11-02T03:05:00.000Z' } = over;
  const { messageId = `0107019a${mailId}-000000`, configurationSet = 'mailing' } = over;
  const sent = '2026-11-02T03:00:00.000Z';
  const details: Readonly<Record<SesEventType, object>> = {
    Send: { send: {} },
    Delivery: {
      delivery: {
        timestamp: at,
        processingTimeMillis: 1234,
        recipients: [to],
        smtpResponse: '250 2.6.0 Message received',
        reportingMTA: 'mta.example',
      },
    },
    Bounce: {
      bounce: {
        feedbackId: `bounce-${mailId}-${to}-${at}`,
        bounceType: 'Permanent',
        bounceSubType: 'General',
        bouncedRecipients: [
          {
            emailAddress: to,
            action: 'failed',
            status: '5.1.1',
            diagnosticCode: 'smtp; 550 5.1.1 user unknown',
          },
        ],
        timestamp: at,
        reportingMTA: 'dsn; mta.example',
      },
    },
    Complaint: {
      complaint: {
        feedbackId: `complaint-${mailId}-${to}-${at}`,
        complaintSubType: null,
        complainedRecipients: [{ emailAddress: to }],
        timestamp: at,
        userAgent: 'Amazon SES Mailbox Simulator',
        complaintFeedbackType: 'abuse',
        arrivalDate: at,
      },
    },
    DeliveryDelay: {
      deliveryDelay: {
        timestamp: at,
        delayType: 'TransientCommunicationFailure',
        expirationTime: '2026-11-02T17:00:00.000Z',
        delayedRecipients: [
          { emailAddress: to, status: '4.4.1', diagnosticCode: 'smtp; 421 4.4.1 Unable to connect' },
        ],
      },
    },
    Reject: { reject: { reason: 'Bad content' } },
    Open: { open: { ipAddress: '192.0.2.1', timestamp: at, userAgent: 'Mozilla/5.0' } },
  };
  return {
    version: '0',
    id: '01234567-0123-0123-0123-0123456789ab',
    'detail-type': NAMES[eventType],
    source: 'aws.ses',
    account: '123456789012',
    time: at,
    region: 'eu-central-1',
    resources: [`arn:aws:ses:eu-central-1:123456789012:configuration-set/${configurationSet}`],
    detail: {
      eventType,
      mail: {
        timestamp: sent,
        source: 'rechnung@molkerei.example',
        sourceArn: 'arn:aws:ses:eu-central-1:123456789012:identity/molkerei.example',
        sendingAccountId: '123456789012',
        messageId,
        destination: [to],
        headersTruncated: false,
        headers: [{ name: 'Subject', value: 'Rechnung' }],
        commonHeaders: { messageId, subject: 'Rechnung' },
        tags: {
          'ses:configuration-set': [configurationSet],
          'ses:source-ip': ['192.0.2.1'],
          'ses:from-domain': ['molkerei.example'],
          [OUTBOX_TAG]: [mailId],
        },
      },
      ...details[eventType],
    },
  };
}
