import { html } from 'hono/html';
import { LOST_STATES, MAIL_STATES } from '#core/domain/mail-states.ts';
import type { Mailing, MailView, MonthSummary } from '#core/mailing/mail-month.ts';
import type { MailingHold } from '#core/repositories/mails.ts';
import type { Suppression } from '#core/repositories/suppressions.ts';
import { button, type Html } from './layout.ts';
import { counted, durationWords, MAIL_WORDS, monthName, when } from './mail-words.ts';
import { orderName } from './order-name.ts';

type LinkTo = (change: Partial<MailView>) => string;

export const holdBanner = ({
  since,
  reason,
  retryAt,
}: MailingHold): Html => html`<div class="banner bad" role="alert">
<strong>Der Versand steht seit ${when(since)} Uhr.</strong>
<div class="answer">${reason}</div>
<div>Bitte die Maileinstellungen prüfen (Anmeldung, Verschlüsselung, Absender): Mit neuen Einstellungen geht es sofort weiter.
Sonst probiert ab ${when(retryAt)} Uhr eine einzelne Mail, ob es wieder geht. Verloren geht nichts.</div></div>`;

/** Lists what a person has to look at, or says that there is nothing. */
export function attention({ counts, partly, stranded, waiting, total }: MonthSummary, linkTo: LinkTo): Html {
  const list = [
    counts.unknown > 0 &&
      html`<li><a href="${linkTo({ state: 'unknown' })}">${counted(counts.unknown, ['Mail ist', 'Mails sind'])} ungewiss</a>: bitte entscheiden.</li>`,
    ...LOST_STATES.map(
      (state) =>
        stranded[state] !== undefined &&
        html`<li><a href="${linkTo({ state })}">${counted(stranded[state], ['Mail ist', 'Mails sind'])} ${MAIL_WORDS[state].name}</a>: drucken oder neu senden.</li>`,
    ),
    counts.complained > 0 &&
      html`<li><a href="${linkTo({ state: 'complained' })}">${counted(counts.complained, ['Mail wurde', 'Mails wurden'])} als Spam gemeldet</a>: bitte anrufen.</li>`,
    counts.held > 0 &&
      html`<li><a href="${linkTo({ state: 'held' })}">${counted(counts.held, ['Mail ist', 'Mails sind'])} zurückgehalten</a>: der Grund steht dabei.</li>`,
    partly > 0 &&
      html`<li><a href="${linkTo({ state: 'partly' })}">${counted(partly, ['Mail ging', 'Mails gingen'])} hinaus, aber nicht an alle Empfänger</a>.</li>`,
  ].filter((item) => item !== false);
  if (list.length > 0)
    return html`<div class="banner warn"><strong>Hier sind Sie gefragt</strong><ul>${list}</ul></div>`;
  if (total === 0) return html``;
  return waiting.length > 0
    ? html`<p>Es ist nichts zu tun; ${counted(waiting.length, ['Mail wartet', 'Mails warten'])} noch.</p>`
    : html`<p class="banner good">Alle Mails sind gesendet; es ist nichts zu tun.</p>`;
}

/**
 * Lists the mailings under way.
 * @param isHeld whether the banner already gives the reason
 * @param act returns the address of a button's action from its path
 */
export function mailingTable(
  mailings: readonly Mailing[],
  isHeld: boolean,
  act: (path: string) => string,
): Html | false {
  if (mailings.length === 0) return false;
  const rows = mailings.map(({ run, left }) => {
    const name = run
      ? html`<a href="/runs/${run.id}">${run.order.kind === 'cycle' ? 'Rechnungslauf ' : ''}${orderName(run.order)}</a>`
      : 'Einzeln gesendete und weitere';
    const deed = left.paused
      ? run && button(act(`/runs/${run.id}/resume`), 'Versand fortsetzen')
      : run && button(act(`/runs/${run.id}/pause`), 'Versand anhalten');
    return html`<tr><td data-label="Lauf"><div>${name}</div></td><td data-label="Es warten" class="amount"><div>${left.waiting.toLocaleString('de-DE')}</div></td>
<td data-label="Dauer" class="wide"><div>${timeLeft(left, isHeld)}${run && run.state !== 'closed' && html`<br><span class="quiet">Der Lauf stellt noch Rechnungen aus; angehalten wird auch das.</span>`}</div></td>
<td class="deed"><div>${deed}</div></td></tr>`;
  });
  return html`<h2>Unterwegs</h2><table class="cards"><thead><tr><th>Lauf</th><th class="amount">Es warten</th><th>Dauer</th><th></th></tr></thead><tbody>${rows}</tbody></table>`;
}

function timeLeft({ secondsLeft, held, paused }: Mailing['left'], isHeld: boolean): string {
  if (paused) return 'angehalten';
  if (held !== undefined)
    return isHeld ? 'steht, siehe oben' : 'steht: Mail ist in den Einstellungen ausgeschaltet';
  return secondsLeft === undefined ? '' : `noch ${durationWords(secondsLeft)}`;
}

export function filters(summary: MonthSummary, view: MailView, linkTo: LinkTo): Html {
  const chip = (state: MailView['state'], name: string, count: number) =>
    (count > 0 || state === view.state) &&
    html`<a class="chip" href="${linkTo({ state })}"${state === view.state && html` aria-current="true"`}>${name} ${count.toLocaleString('de-DE')}</a> `;
  return html`<nav class="chips" aria-label="Stand">${chip(undefined, 'alle', summary.total)}
${MAIL_STATES.map((state) => chip(state, MAIL_WORDS[state].name, summary.counts[state]))}
${chip('partly', 'nicht an alle', summary.partly)}</nav>
${summary.isCutOff && html`<p class="quiet">Gezählt sind die neuesten Mails des Monats; ältere stehen weiter hinten in der Liste.</p>`}`;
}

export const monthLinks = (
  { months, earlier }: { readonly months: readonly string[]; readonly earlier: string },
  view: MailView,
  linkTo: LinkTo,
): Html =>
  html`<nav class="chips" aria-label="Monat">${months.map(
    (month) =>
      html`<a class="chip" href="${linkTo({ month })}"${month === view.month && html` aria-current="true"`}>${monthName(month)}</a> `,
  )}<a class="chip" href="${linkTo({ month: earlier })}">früher</a></nav>`;

export const legend = (): Html =>
  html`<details><summary>Was die Stände bedeuten</summary><dl>${Object.values(MAIL_WORDS).map(
    ({ name, meaning }) => html`<dt>${name}</dt><dd>${meaning}</dd>`,
  )}</dl></details>`;

/**
 * Lists the suppressed addresses.
 * @param hasMore whether there are more, which are not shown
 */
export const suppressionTable = (
  list: readonly Suppression[],
  hasMore: boolean,
  act: (path: string) => string,
): Html => html`<h2 id="gesperrt">Gesperrte Adressen</h2>
${
  list.length === 0
    ? html`<p class="quiet">Keine Adresse ist gesperrt.</p>`
    : html`<p class="quiet">An diese Adressen geht keine Mail, weil eine frühere zurückkam oder als Spam gemeldet wurde. Bitte erst wieder freigeben, wenn das Postfach in Ordnung ist.</p>
<table class="cards"><thead><tr><th>Adresse</th><th>Seit</th><th>Mail</th><th>Grund</th><th></th></tr></thead><tbody>${list.map(
        ({
          address,
          since,
          mail,
          reason,
        }) => html`<tr><td data-label="Adresse" class="address"><div>${address}</div></td><td data-label="Seit"><div>${when(since)}</div></td>
<td data-label="Mail"><div>${mail}</div></td><td data-label="Grund" class="wide"><div class="answer">${reason}</div></td>
<td class="deed"><div>${button(act(`/suppressions/${encodeURIComponent(address)}/lift`), 'Wieder freigeben')}</div></td></tr>`,
      )}</tbody></table>`
}
${hasMore && html`<p class="quiet">Weitere zeigt „npm run cli -- suppressed“.</p>`}`;
