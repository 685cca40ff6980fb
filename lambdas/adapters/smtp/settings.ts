import type { Settings } from '#core/domain/settings.ts';

/** The user's mail server: the settings' `mail.smtp`, and the password from the secret store. */
export type SmtpSettings = Settings['mail']['smtp'] & { readonly password: string | undefined };

export interface SmtpTimings {
  /** Time for one message, from the first step to the last reply. */
  readonly deadlineMs: number;
  /** Time to reach the server, including the handshake of implicit TLS. */
  readonly connectMs: number;
  /** Time for the greeting, and for the handshake after STARTTLS. */
  readonly greetingMs: number;
  /** Longest silence of the server. */
  readonly silenceMs: number;
  /** How long a connection waits for the next message. */
  readonly idleMs: number;
}

export const TIMINGS: SmtpTimings = {
  deadlineMs: 60_000,
  connectMs: 15_000,
  greetingMs: 30_000,
  silenceMs: 55_000,
  idleMs: 5_000,
};
