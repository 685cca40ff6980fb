import { Hono } from 'hono';
import { html } from 'hono/html';
import { isMailState, type MailState } from '#core/domain/mail-states.ts';
import type { DeliveryState } from '#core/repositories/invoices.ts';
import { listRunIds, readRun } from '#core/repositories/runs.ts';
import { type CustomerReport, type RunReport, runReport } from '#core/runs/run-report.ts';
import type { HttpDeps } from '#http/deps.ts';
import { page } from './layout.ts';
import { MAIL_WORDS } from './mail-words.ts';
import { orderName } from './order-name.ts';

type OtherState = RunReport['state'] | CustomerReport['state'] | Exclude<DeliveryState, MailState>;

const STATES: Readonly<Record<OtherState, string>> = {
  'dry run': 'Probelauf',
  planning: 'in Planung',
  sealed: 'in Arbeit',
  closed: 'abgeschlossen',
  planned: 'geplant',
  issued: 'ausgestellt',
  held: 'zurückgehalten',
  failed: 'fehlgeschlagen',
  'nothing to bill': 'nichts zu berechnen',
  filed: 'abgelegt',
  'to print': 'zu drucken',
  printed: 'gedruckt',
  cancelled: 'storniert',
};
/** Words the state of a delivery; a state of a mail gets the word "Mail" in front. */
const way = (state: DeliveryState): string =>
  isMailState(state) ? `Mail ${MAIL_WORDS[state].name}` : STATES[state];
const euros = (text: string): string =>
  Number.isNaN(Number(text)) ? text : text.replace('.', ',').replace(/\B(?=(\d{3})+(?=,))/g, '.');

/** Creates the list of runs, newest first, and the report of each. */
export function runPages(deps: HttpDeps): Hono {
  const app = new Hono();
  app.get('/', async (context) => {
    const ids = (await listRunIds(deps.table)).reverse().slice(0, 100);
    const runs = (await Promise.all(ids.map((id) => readRun(deps.table, id)))).filter(
      (run) => run !== undefined,
    );
    const rows = runs.map(
      ({ value: { id, order, state, startedAt, planned } }) => html`<tr>
        <td><a href="/runs/${id}">${orderName(order)}</a></td>
        <td>${STATES[state]}</td><td class="amount">${planned.drafts}</td>
        <td>${startedAt.slice(0, 16).replace('T', ' ')} UTC</td></tr>`,
    );
    const list = html`<table><tr><th>Zeitraum</th><th>Stand</th><th class="amount">Rechnungen</th><th>Begonnen</th></tr>${rows}</table>`;
    return context.html(
      page('Rechnungsläufe', runs.length > 0 ? list : html`<p class="quiet">Noch kein Rechnungslauf.</p>`),
    );
  });
  app.get('/runs/:id', async (context) => {
    const id = context.req.param('id');
    const run = (await readRun(deps.table, id))?.value;
    if (!run) return context.notFound();
    const report = await runReport(id, deps);
    const { totals, counts } = report;
    const summary = `${counts.issued} Rechnungen über ${counts.notes} Lieferscheine, netto ${euros(totals.net)} + USt. ${euros(totals.vat)} = brutto ${euros(totals.gross)} EUR`;
    return context.html(
      page(
        `Rechnungslauf ${report.period ?? 'Sofortrechnung'} · ${STATES[report.state]}`,
        html`<p>${summary}</p>
        ${report.customers.some(({ delivery }) => delivery?.to) && html`<p><a href="/mails?month=${(run.state === 'planning' ? run.startedAt : run.sealedAt).slice(0, 7)}&run=${id}">Mails dieses Laufs</a></p>`}
        ${report.discrepancies.map((text) => html`<p><strong>${text}</strong></p>`)}
        <table><tr><th>Kunde</th><th>Name</th><th>Rechnung</th><th class="amount">Brutto EUR</th><th>Stand</th></tr>
        ${report.customers.map(customerRow)}</table>`,
      ),
    );
  });
  return app;
}

const customerRow = ({
  customer,
  name,
  files,
  invoice,
  gross,
  state,
  reasons,
  delivery,
}: CustomerReport) => html`<tr>
  <td>${customer}</td><td>${name}</td>
  <td>${invoice ?? ''} ${(files ?? []).map((key, index) => html`<a href="/archive/file/${encodeURI(key)}">${index === 0 ? 'PDF' : 'Übersicht'}</a> `)}</td>
  <td class="amount">${euros(gross ?? '')}</td>
  <td>${STATES[state]}${delivery ? `, ${way(delivery.state)}` : ''}
    ${delivery?.to ? html`<br><span class="quiet">${delivery.to.join(', ')}</span>` : ''}
    ${(reasons ?? []).map((reason) => html`<br>${reason}`)}
    ${delivery?.reason && delivery.state !== 'accepted' ? html`<br>${delivery.reason}` : ''}</td></tr>`;
