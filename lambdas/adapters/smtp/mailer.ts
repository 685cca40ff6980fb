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
  /** Is told once of each safeguard that these settings do without. */
  readonly log?: Log;
  /** Clock in milliseconds that goes on while the process is frozen. */
  readonly now?: () => number;
}

/**
 * Creates a mailer through the user's own SMTP server. Calls may run at once, each on a connection of its
 * own; after a message, a connection waits a little for the next one.
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
          // If the server closed the idle connection meanwhile, that says nothing about this message, so a
          // new one is opened.
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
