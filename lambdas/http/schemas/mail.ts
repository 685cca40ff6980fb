import { z } from 'zod';
import { isUntried, MAIL_STATES } from '#core/domain/mail-states.ts';
import { knownRecipients, leftOut, RECIPIENT_STATES } from '#core/mailing/mail-state.ts';
import { addressesOf, type Mail } from '#core/repositories/mails.ts';

export const mailAnswer = z
  .object({
    id: z.string().meta({ example: '2026000123-1' }),
    invoice: z.string(),
    customer: z.string(),
    state: z.enum(MAIL_STATES).meta({
      description:
        '`unknown`: the answer was lost after the hand-over; a person decides. `settled`: a person counted it as sent. `replaced`: another one was sent in its place.',
    }),
    reason: z.string().optional().meta({ description: 'What the server said, or why it is in this state.' }),
    to: z.array(z.string()),
    cc: z.array(z.string()),
    recipients: z
      .array(
        z.object({
          address: z.string(),
          kind: z.enum(['to', 'cc', 'bcc']),
          state: z.enum(RECIPIENT_STATES).meta({
            description: '`waiting` and `deferred`: the next try is for them. Else as the states of a mail.',
          }),
          reply: z.string().optional().meta({ description: 'What the server or the provider said of it.' }),
        }),
      )
      .meta({ description: 'All who are to get it, each with its own state.' }),
    leftOut: z
      .array(z.string())
      .optional()
      .meta({ description: 'Addresses that fared otherwise than the mail as a whole; a sentence each.' }),
    attempts: z.number().int(),
    queuedAt: z.string(),
    changedAt: z.string(),
    nextTryAt: z.string().optional(),
    messageId: z.string(),
  })
  .meta({ id: 'Mail' });

export const mailJson = (mail: Mail): z.infer<typeof mailAnswer> => {
  const { id, invoice, customer, state, reason, attempts, queuedAt, changedAt, dueAt, messageId } = mail;
  const others = leftOut(mail);
  return {
    id,
    invoice,
    customer,
    state,
    ...(reason ? { reason } : {}),
    to: addressesOf(mail, 'to'),
    cc: addressesOf(mail, 'cc'),
    recipients: knownRecipients(mail).map((recipient) => ({ ...recipient })),
    ...(others.length > 0 ? { leftOut: others } : {}),
    attempts,
    queuedAt,
    changedAt,
    ...(dueAt !== undefined && !isUntried(mail) ? { nextTryAt: new Date(dueAt).toISOString() } : {}),
    messageId,
  };
};
