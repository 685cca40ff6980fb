import type { Envelope, MailOutcome, RefusedRecipient } from '#core/ports.ts';
import { wireAddress } from './address.ts';

/**
 * Checks the addresses of an envelope before any server sees them. Invalid recipients are refused here, and
 * the others get their mail.
 */
export function checkEnvelope({ from, to }: Envelope): {
  readonly wire: Envelope;
  /**
   * Completes an outcome with the recipients refused here, and restores the caller's spelling of each
   * address.
   */
  readonly complete: (outcome: MailOutcome) => MailOutcome;
  readonly problem?: MailOutcome;
} {
  const sender = wireAddress(from);
  const spelling = new Map<string, string>();
  const refused: RefusedRecipient[] = [];
  for (const address of to) {
    const wire = wireAddress(address);
    if (wire !== undefined) spelling.set(wire, address);
    else {
      const reply = `${JSON.stringify(address.slice(0, 80))} is not a mail address`;
      refused.push({ address, reply, temporary: false });
    }
  }
  const wire: Envelope = { from: sender ?? '', to: [...spelling.keys()] };
  const complete = (outcome: MailOutcome): MailOutcome => {
    if (outcome.state === 'held') return outcome;
    const theirs = outcome.refused ?? [];
    const all = [
      ...refused,
      ...theirs.map((it) => ({ ...it, address: spelling.get(it.address) ?? it.address })),
    ];
    return outcome.state === 'accepted' || all.length > 0 ? { ...outcome, refused: all } : outcome;
  };
  if (sender === undefined) {
    const reason = `The sender ${JSON.stringify(from.slice(0, 80))} is not a mail address; mend mail.sender.address`;
    return { wire, complete, problem: { state: 'held', reason } };
  }
  if (wire.to.length === 0) {
    const reason = refused.map(({ reply }) => reply).join('; ') || 'the message has no recipient';
    return { wire, complete, problem: { state: 'failed', reason, refused } };
  }
  return { wire, complete };
}
