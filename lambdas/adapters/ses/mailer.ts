import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Envelope, Mailer } from '#core/ports.ts';
import { checkEnvelope } from '../mime/envelope.ts';
import { refusalOf } from './outcome.ts';

/** Name of the tag whose value is the envelope's tag; the events that SES publishes carry it. */
export const OUTBOX_TAG = 'rechnungspost-mail';

/**
 * https://docs.aws.amazon.com/ses/latest/dg/quotas.html: 40 MB for a message of the v2 API, attachments in
 * base64.
 */
const MAX_BYTES = 40_000_000;
const MAX_RECIPIENTS = 50;

/**
 * Creates a mailer through Amazon SES. SES sends the message as it was composed, except that it replaces
 * Message-ID and Date by its own; the reply of an accepted mail is SES's id. All recipients share one answer:
 * whom a mail did not reach, SES tells later in an event with the mail's tag.
 * @param options `client`: made by `createSesClient`. `configurationSet`: the one that publishes the events
 */
export function createSesMailer(options: {
  readonly client: SESv2Client;
  readonly configurationSet: string;
}): Mailer {
  const { client, configurationSet } = options;
  return {
    async send(envelope, message, beforeHandOver) {
      const { wire, complete, problem } = checkEnvelope(envelope);
      if (problem) return problem;
      const reason = excessOf(wire, message);
      if (reason) return { state: 'failed', reason };
      const command = new SendEmailCommand({
        FromEmailAddress: wire.from,
        // The destination is the envelope alone: the message has its own To and Cc, and must not show blind
        // copies.
        Destination: { ToAddresses: [...wire.to] },
        Content: { Raw: { Data: message } },
        ConfigurationSetName: configurationSet,
        ...(envelope.tag !== undefined && { EmailTags: [{ Name: OUTBOX_TAG, Value: envelope.tag }] }),
      });
      await beforeHandOver();
      try {
        const { MessageId = '' } = await client.send(command);
        return complete({ state: 'accepted', reply: MessageId, refused: [] });
      } catch (error) {
        return refusalOf(error);
      }
    },

    // The client belongs to whoever created it, and keeps no connections.
    async close() {},
  };
}

/**
 * Returns why SES would not take the message. This is checked here because SES's answer to either excess
 * looks like a fault that every mail would meet.
 */
function excessOf({ to }: Envelope, message: Uint8Array): string | undefined {
  if (message.length > MAX_BYTES) {
    const size = (message.length / 1e6).toFixed(1);
    return `The message has ${size} MB, and Amazon SES takes no more than 40 MB; print the invoice, or mail by SMTP`;
  }
  if (to.length > MAX_RECIPIENTS) {
    return `The message has ${to.length} recipients, and Amazon SES takes no more than ${MAX_RECIPIENTS}; give the customer fewer addresses, or a distribution list`;
  }
  return undefined;
}
