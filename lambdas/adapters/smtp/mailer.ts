import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Mailer } from '#core/ports.ts';
import { checkEnvelope } from '../mime/envelope.ts';
import { withDeadline } from './deadline.ts';
import { handOver } from './hand-over.ts';
import { createIdleConnections } from './idle.ts';
import { openSession } from './session.ts';
import { type SmtpSettings, type SmtpTimings, TIMINGS } from './settings.ts';

/**
 * Mails through the user's own SMTP server. Calls may run at once, each on a connection of its own; a connection
 * that has sent a message waits a little for the next one.
 */
export function createSmtpMailer(settings: SmtpSettings, options: Partial<SmtpTimings> = {}): Mailer {
  const timings = { ...TIMINGS, ...options };
  const idle = createIdleConnections(timings.idleMs);

  return {
    async send(envelope, message, beforeHandOver) {
      const { wire, complete, problem } = checkEnvelope(envelope);
      if (problem) return problem;
      return withDeadline(timings.deadlineMs, async (signal) => {
        const attempt = async (connection: SMTPConnection) => {
          try {
            const result = await handOver(connection, wire, message, beforeHandOver, settings, signal);
            if (result.reusable) idle.keep(connection);
            else idle.leave(connection);
            return result;
          } catch (error) {
            idle.leave(connection);
            throw error;
          }
        };
        const waiting = idle.take();
        if (waiting) {
          const first = await attempt(waiting);
          // The server had closed it meanwhile, which says nothing about this message.
          if (!first.untouched) return complete(first.outcome);
        }
        const opened = await openSession(settings, timings, signal);
        if ('refusal' in opened) return opened.refusal;
        return complete((await attempt(opened.connection)).outcome);
      });
    },
    close: idle.close,
  };
}
