import { z } from 'zod';
import { MAIL_STATES, type Mail } from '#core/repositories/mails.ts';

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
    leftOut: z.array(z.string()).optional(),
    refused: z.array(z.object({ address: z.string(), reply: z.string() })).optional(),
    attempts: z.number().int(),
    queuedAt: z.string(),
    changedAt: z.string(),
    nextTryAt: z.string().optional(),
    messageId: z.string(),
  })
  .meta({ id: 'Mail' });

export const mailJson = (mail: Mail): z.infer<typeof mailAnswer> => {
  const { id, invoice, customer, state, reason, to, cc, malformed, refused, attempts } = mail;
  return {
    id,
    invoice,
    customer,
    state,
    ...(reason ? { reason } : {}),
    to: [...to],
    cc: [...cc],
    ...(malformed ? { leftOut: [...malformed] } : {}),
    ...(refused ? { refused: [...refused] } : {}),
    attempts,
    queuedAt: mail.queuedAt,
    changedAt: mail.changedAt,
    ...(mail.dueAt !== undefined && (state === 'deferred' || state === 'held')
      ? { nextTryAt: new Date(mail.dueAt).toISOString() }
      : {}),
    messageId: mail.messageId,
  };
};
