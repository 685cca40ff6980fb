import type { Envelope, MailOutcome } from '#core/ports.ts';
import { checkEnvelope } from '../mime/envelope.ts';
import { withDeadline } from './deadline.ts';
import { handOver } from './hand-over.ts';
import type { LoginMethod } from './login.ts';
import { mask } from './mask.ts';
import { hangUp, openSession } from './session.ts';
import { type SmtpSettings, type SmtpTimings, TIMINGS } from './settings.ts';
import type { Encryption } from './trust.ts';

export interface TestMailReport {
  readonly outcome: MailOutcome;
  /** The lines of the conversation, such as `S: 220 …` and `C: EHLO …`; what a login sends is `***`. */
  readonly conversation: readonly string[];
  /** Undefined when the connection was not encrypted. */
  readonly encryption: Encryption | undefined;
  /** The login method used or tried; undefined when it did not come to a login. */
  readonly login: LoginMethod | undefined;
  /** The last thing the server said. */
  readonly reply: string;
  /** One sentence: that it works, or what is wrong and which setting to change. */
  readonly summary: string;
}

/** Sends one mail on a connection of its own and reports everything that was said. */
export async function sendTestMail(
  settings: SmtpSettings,
  envelope: Envelope,
  message: Uint8Array,
  options: Partial<SmtpTimings> = {},
): Promise<TestMailReport> {
  const timings = withinDeadline({ ...TIMINGS, ...options });
  const { conversation, listen } = createTranscript(settings);
  const { wire, complete, problem } = checkEnvelope(envelope);
  let encryption: Encryption | undefined;
  let login: LoginMethod | undefined;
  const outcome = await withDeadline(timings.deadlineMs, async (signal): Promise<MailOutcome> => {
    if (problem) return problem;
    const opened = await openSession(settings, timings, signal, listen);
    ({ encryption, login } = opened);
    if ('refusal' in opened) return complete(opened.refusal);
    const nothingToRecord = async () => {};
    const sent = await handOver(opened.connection, wire, message, nothingToRecord, settings, signal);
    await hangUp(opened.connection);
    return complete(sent.outcome);
  });
  const reply = conversation.findLast((line) => line.startsWith('S: ') && !line.startsWith('S: 221'));
  return {
    outcome,
    conversation,
    encryption,
    login,
    reply: reply?.slice(3) ?? '',
    summary: summaryOf(outcome, envelope),
  };
}

/**
 * Limits the early steps to a part of the whole time, so that the report can say which step was waited for.
 */
const withinDeadline = (timings: SmtpTimings): SmtpTimings => ({
  ...timings,
  connectMs: Math.min(timings.connectMs, timings.deadlineMs * 0.4),
  greetingMs: Math.min(timings.greetingMs, timings.deadlineMs * 0.4),
});

function summaryOf(outcome: MailOutcome, { to }: Envelope): string {
  if (outcome.state !== 'accepted') return outcome.reason[0]!.toUpperCase() + outcome.reason.slice(1);
  const refused = new Set(outcome.refused.map(({ address }) => address));
  const taken = to.filter((address) => !refused.has(address)).join(', ');
  const except = outcome.refused.map(({ address, reply }) => `; it refused ${address}: ${reply}`).join('');
  return `The mail server took the mail for ${taken}: ${outcome.reply}${except}`;
}

/**
 * Records the conversation without secrets: between AUTH and the server's verdict, each line of the client is
 * one.
 */
function createTranscript(settings: SmtpSettings) {
  const conversation: string[] = [];
  let loggingIn = false;
  const listen = (from: 'client' | 'server', text: string) => {
    for (const line of text.split(/\r?\n/)) {
      if (from === 'server') {
        if (!line.startsWith('334')) loggingIn = false;
        conversation.push(`S: ${mask(line, settings)}`);
        continue;
      }
      const auth = /^AUTH \S+/i.exec(line);
      if (auth) conversation.push(`C: ${auth[0]}${auth[0] === line ? '' : ' ***'}`);
      else conversation.push(`C: ${loggingIn ? '***' : mask(line, settings)}`);
      loggingIn ||= auth !== null;
    }
  };
  return { conversation, listen };
}
