import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { smtpWarnings } from '#core/domain/smtp-warnings.ts';
import type { Log, Mailer } from '#core/ports.ts';
import { checkEnvelope } from '../mime/envelope.ts';
import { withDeadline } from './deadline.ts';
import { handOver } from './hand-over.ts';
import { createIdleConnections } from './idle.ts';
import { openSession } from './session.ts';
import { type SmtpSettings, type SmtpTimings, TIMINGS } from './settings.ts';

export interface SmtpMailerOptions extends Partial<SmtpTimings> {
  /** Told once what these settings do without. */
  readonly log?: Log;
  /** Milliseconds, going on while the process is frozen. */
  readonly now?: () => number;
}

/**
 * Mails through the user's own SMTP server. Calls may run at once, each on a connection of its own; a connection
 * that has sent a message waits a little for the next one.
 */
export function createSmtpMailer(
  settings: SmtpSettings,
  { log, now, ...options }: SmtpMailerOptions = {},
): Mailer {
  const timings = { ...TIMINGS, ...options };
  const idle = createIdleConnections(timings.idleMs, now);
  for (const warning of smtpWarnings(settings)) log?.('warn', 'mail settings less than safe', { warning });

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
        if ('refusal' in opened) return complete(opened.refusal);
        return complete((await attempt(opened.connection)).outcome);
      });
    },
    close: idle.close,
  };
}
