import type { MailState } from '#core/domain/mail-states.ts';
import { type OtherFate, otherFates } from '#core/mailing/mail-state.ts';
import type { Mail } from '#core/repositories/mails.ts';

/** The states of a mail in the clerk's words. */
export const MAIL_WORDS: Readonly<Record<MailState, { readonly name: string; readonly meaning: string }>> = {
  queued: { name: 'wartet', meaning: 'Ist bald an der Reihe und geht von selbst hinaus.' },
  sending: { name: 'wird gesendet', meaning: 'Wird gerade übergeben.' },
  accepted: { name: 'gesendet', meaning: 'Der Mailserver hat sie angenommen.' },
  delivered: { name: 'zugestellt', meaning: 'Der Server des Empfängers hat sie angenommen.' },
  deferred: {
    name: 'aufgeschoben',
    meaning:
      'Der Mailserver war nicht zu erreichen oder nahm sie noch nicht; sie wird von selbst wieder versucht.',
  },
  held: {
    name: 'zurückgehalten',
    meaning:
      'Eine Einstellung steht ihr im Weg, oder sie ist zu groß; ist das behoben, geht sie von selbst hinaus.',
  },
  unknown: {
    name: 'ungewiss',
    meaning: 'Die Antwort des Mailservers ging verloren: Niemand weiß, ob er die Mail hat. Sie entscheiden.',
  },
  settled: {
    name: 'gilt als gesendet',
    meaning: 'War ungewiss; jemand hat entschieden, dass sie als gesendet gilt.',
  },
  failed: { name: 'fehlgeschlagen', meaning: 'Der Mailserver hat sie endgültig abgelehnt.' },
  bounced: { name: 'zurückgekommen', meaning: 'Sie war gesendet und kam als unzustellbar zurück.' },
  suppressed: {
    name: 'gesperrt',
    meaning: 'Nicht gesendet: Eine frühere Mail an diese Adresse kam zurück oder wurde als Spam gemeldet.',
  },
  complained: { name: 'als Spam gemeldet', meaning: 'Kam an, und der Empfänger hat sie als Spam gemeldet.' },
  replaced: { name: 'ersetzt', meaning: 'An ihrer Stelle wurde eine neue Mail gesendet.' },
};

const FATES: Readonly<Record<OtherFate['fate'], string>> = {
  malformed: 'keine gültige Adresse',
  failed: 'abgelehnt',
  bounced: 'zurückgekommen',
  suppressed: 'gesperrt',
  deferred: 'wird noch einmal versucht',
  unknown: 'ungewiss',
  complained: 'hat sie als Spam gemeldet',
};

/** Describes the recipients whose fate differs from that of the mail as a whole. */
export const othersOf = (mail: Mail): string[] =>
  otherFates(mail).map(
    ({ address, fate, reply }) => `${address}: ${FATES[fate]}${reply ? ` (${reply})` : ''}`,
  );

const WHEN = new Intl.DateTimeFormat('de-DE', {
  ...{ day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  timeZone: 'Europe/Berlin',
});
/**
 * Formats an instant in German local time.
 * @param at ISO instant, or milliseconds since 1970
 */
export const when = (at: string | number): string =>
  WHEN.format(typeof at === 'string' ? Date.parse(at) : at);

const MONTH = new Intl.DateTimeFormat('de-DE', { month: 'long', year: 'numeric', timeZone: 'UTC' });
/**
 * Names a month in German.
 * @param month `2026-11`
 */
export const monthName = (month: string): string => MONTH.format(Date.parse(`${month}-15T00:00:00Z`));

const UNITS = [
  [86_400, 'Tage'],
  [3600, 'Stunden'],
  [60, 'Minuten'],
] as const;

/** Words a remaining time in round figures. */
export function durationWords(seconds: number): string {
  if (seconds < 5) return 'wenige Sekunden';
  const [size, name] = UNITS.find(([least]) => seconds >= 1.5 * least) ?? [1, 'Sekunden'];
  return `${size === 1 ? '' : 'etwa '}${Math.round(seconds / size)} ${name}`;
}

/**
 * Puts a number before the right form of a noun.
 * @param noun singular and plural
 */
export const counted = (count: number, [one, many]: readonly [string, string]): string =>
  `${count.toLocaleString('de-DE')} ${count === 1 ? one : many}`;
