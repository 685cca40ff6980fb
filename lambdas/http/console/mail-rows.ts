import { html } from 'hono/html';
import { mailAddresses, mailboxOf } from '#core/domain/mail-address.ts';
import { didNotArrive, isBetweenTries, type MailState, mayBeMailedAgain } from '#core/domain/mail-states.ts';
import { withCurrentAddress } from '#core/mailing/create-mail.ts';
import type { Table } from '#core/ports.ts';
import { type InvoiceRecord, readInvoices } from '#core/repositories/invoices.ts';
import { addressesOf, type Mail } from '#core/repositories/mails.ts';
import { readSuppressions } from '#core/repositories/suppressions.ts';
import { button, type Html } from './layout.ts';
import { MAIL_WORDS, othersOf, when } from './mail-words.ts';

/** A mail, with what the page needs to describe it. */
interface Row {
  readonly mail: Mail;
  readonly invoice?: InvoiceRecord;
  /** The addresses that a mail that did not arrive would go to now. */
  readonly today?: { readonly addresses: readonly string[]; readonly isSuppressed: boolean };
}

export async function mailRows(mails: readonly Mail[], table: Table): Promise<Row[]> {
  const invoices = await readInvoices(
    table,
    mails.map(({ invoice }) => invoice),
  );
  const byNumber = new Map(invoices.map(({ value }) => [value.facts.number, value]));
  return Promise.all(
    mails.map(async (mail): Promise<Row> => {
      const invoice = byNumber.get(mail.invoice);
      if (!invoice) return { mail };
      if (!mayBeMailedAgain(mail)) return { mail, invoice };
      const { customer } = await withCurrentAddress(invoice.facts, { table });
      const addresses = mailAddresses(customer.invoiceEmail).valid;
      const suppressed = await readSuppressions(table, addresses);
      const isSuppressed = addresses.every((address) => suppressed.has(mailboxOf(address)));
      return { mail, invoice, today: { addresses, isSuppressed } };
    }),
  );
}

export const isNewestOf = (mail: Mail, { delivery }: Pick<InvoiceRecord, 'delivery'>): boolean =>
  'mailId' in delivery && delivery.mailId === mail.id;

/**
 * Lists mails.
 * @param act returns the address of a button's action from its path
 */
export const mailTable = (
  rows: readonly Row[],
  act: (path: string) => string,
): Html => html`<table class="cards">
<thead><tr><th>Mail</th><th>Kunde</th><th>An</th><th>Stand</th><th class="amount">Versuche</th></tr></thead>
<tbody>${rows.map((row) => mailRow(row, act))}</tbody></table>`;

function mailRow(row: Row, act: (path: string) => string): Html {
  const { mail, invoice } = row;
  const [cc, bcc] = [addressesOf(mail, 'cc'), addressesOf(mail, 'bcc')];
  return html`<tr id="${mail.id}">
<td data-label="Mail" class="line"><div>${mail.id}<br>
  <span class="quiet">${when(mail.queuedAt)}</span><br>
  ${(invoice?.documents ?? []).map(({ key, n }) => html`<a href="/archive/file/${encodeURI(key)}">${n === 1 ? 'Rechnung' : 'Übersicht'}</a> `)}</div></td>
<td data-label="Kunde" class="name"><div>${mail.customer}${invoice && html`<br>${invoice.facts.customer.name}`}</div></td>
<td data-label="An" class="address"><div>${lines(addressesOf(mail, 'to'))}
  ${cc.length > 0 && html`<div class="quiet">Kopie: ${cc.join(', ')}</div>`}
  ${bcc.length > 0 && html`<div class="quiet">Blindkopie: ${bcc.join(', ')}</div>`}</div></td>
<td data-label="Stand" class="wide"><div><span class="state ${TONES[mail.state]}">${MAIL_WORDS[mail.state].name}</span>
  ${mail.reason && html`<div class="answer">${mail.reason}</div>`}
  ${othersOf(mail).map((other) => html`<div class="answer"><strong>Abweichend:</strong> ${other}</div>`)}
  ${toDo(row, act)}</div></td>
<td data-label="Versuche" class="amount"><div>${mail.attempts}${nextTry(mail)}</div></td></tr>`;
}

const TONES: Readonly<Record<MailState, 'good' | 'warn' | 'bad' | ''>> = {
  queued: '',
  sending: '',
  settled: '',
  replaced: '',
  accepted: 'good',
  delivered: 'good',
  unknown: 'bad',
  failed: 'bad',
  bounced: 'bad',
  suppressed: 'bad',
  complained: 'bad',
  held: 'warn',
  deferred: 'warn',
};

const lines = (texts: readonly string[]) => texts.map((text) => html`<div>${text}</div>`);

/**
 * Shows the time of the next try. A mail that waits for its first try shows none, because it is due already.
 */
const nextTry = ({ state, dueAt }: Mail) =>
  dueAt !== undefined &&
  isBetweenTries({ state }) &&
  html`<br><span class="quiet">wieder ab<br>${when(dueAt)}</span>`;

function toDo({ mail, invoice, today }: Row, act: (path: string) => string): Html | false {
  const deed = (name: string) => act(`/${encodeURIComponent(mail.id)}/${name}`);
  if (mail.state === 'unknown') {
    return html`<div class="todo">Die Antwort des Mailservers ging nach der Übergabe verloren: Niemand weiß, ob die Mail ankam,
      und wird sie noch einmal gesendet, bekommt der Empfänger sie vielleicht doppelt.
      <div class="buttons">${button(deed('send-again'), 'Noch einmal senden')} ${button(deed('count-as-sent'), 'Gilt als gesendet')}</div></div>`;
  }
  if (!mayBeMailedAgain(mail) || !invoice || !today) return false;
  const said = settledBy(mail, invoice);
  if (said) return html`<div class="quiet">${said}</div>`;
  const { addresses, isSuppressed } = today;
  const isMended = addresses.join() !== addressesOf(mail, 'to').join();
  const mayResend = addresses.length > 0 && !isSuppressed;
  return html`<div class="todo">${mail.state === 'complained' ? 'Bitte den Kunden anrufen: Er hat die Mail erhalten, will aber an diese Adresse keine.' : 'Die Rechnung kam nicht an: mit der Papierpost des Laufs drucken (sie gilt danach als gedruckt) oder neu senden.'}
    ${mayResend && isMended && html`Beim Kunden steht jetzt ${addresses.join(', ')}.`}
    ${!mayResend && 'Neu gesendet werden kann sie erst, wenn beim Kunden eine andere Adresse steht oder diese wieder freigegeben ist.'}
    <div class="buttons">
    ${mayResend && button(deed('resend'), 'Erneut senden')}
    ${didNotArrive(mail) && html`<form action="/api/runs/${invoice.runId}/print-file"><button>Papierpost drucken</button></form>`}
    </div></div>`;
}

/** Returns why nothing is left to do, or undefined if something is. */
function settledBy(mail: Mail, invoice: InvoiceRecord): string | undefined {
  if (invoice.cancelledBy) return `Die Rechnung ist storniert durch ${invoice.cancelledBy}.`;
  if (!isNewestOf(mail, invoice)) return 'Die Rechnung wurde danach noch einmal gemailt.';
  return invoice.delivery.state === 'printed' ? 'Die Rechnung wurde gedruckt.' : undefined;
}
