import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { instant } from '#core/deps.ts';
import { mayBeMailedAgain } from '#core/domain/mail-states.ts';
import { Fault, refuse } from '#core/errors.ts';
import { liftSuppression } from '#core/mailing/lift-suppression.ts';
import {
  type MailView,
  mailings,
  mailPage,
  monthSummary,
  monthsWithMails,
} from '#core/mailing/mail-month.ts';
import { decideMail, resendMail } from '#core/mailing/resend-mail.ts';
import { readInvoice } from '#core/repositories/invoices.ts';
import { readMail, readMailingHold } from '#core/repositories/mails.ts';
import { stored } from '#core/repositories/stored.ts';
import { SUPPRESSED_PARTITION, upgradeSuppression } from '#core/repositories/suppressions.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import type { HttpDeps } from '#http/deps.ts';
import { PROBLEMS } from '#http/problem.ts';
import { type CallerEnv, requireRole } from '#http/who-may-call.ts';
import { type Html, page } from './layout.ts';
import {
  attention,
  filters,
  holdBanner,
  legend,
  mailingTable,
  monthLinks,
  suppressionTable,
} from './mail-head.ts';
import { isNewestOf, mailRows, mailTable } from './mail-rows.ts';
import { addressOf, viewOf } from './mail-view.ts';
import { monthName } from './mail-words.ts';

type PageDeps = Pick<
  HttpDeps,
  'table' | 'clock' | 'ids' | 'hasher' | 'openMailAccount' | 'log' | 'sendMails' | 'continueRun'
>;

/** Messages shown after a button was pressed, by the name given in the page's address. */
const SAID: Readonly<Record<string, string>> = {
  'sent-again':
    'Die Rechnung geht als neue Mail noch einmal hinaus; sie steht in der Liste des laufenden Monats.',
  counted: 'Die Mail gilt als gesendet.',
  paused: 'Der Versand ist angehalten. Was gerade übergeben wird, geht noch hinaus.',
  resumed: 'Der Versand geht weiter.',
  lifted: 'Die Adresse ist wieder frei. Was ihretwegen nicht gesendet wurde, bitte neu senden.',
};
const MOST_SUPPRESSIONS = 100;
// Forbids other sites to show the page in a frame, where its buttons could be clicked unawares.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * Creates the pages that show whether the invoices arrived, with buttons for what a person decides. The
 * buttons are forms that post; `sameOrigin`, which the application around these pages uses, keeps other sites
 * from submitting them.
 */
export function mailPages(deps: PageDeps): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>({ strict: false });
  app.use(async (context, next) => {
    await next();
    context.header('Content-Security-Policy', POLICY);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Cache-Control', 'no-store');
  });
  app.get('/', async (context) => {
    const said = SAID[context.req.query('said') ?? ''];
    return context.html(
      await mailsPage(context, deps, said && html`<p class="banner good" role="status">${said}</p>`),
    );
  });

  /**
   * Adds a button: it carries out its action and returns to the page, which confirms it or shows the refusal.
   */
  const button = (path: string, press: (id: string) => Promise<keyof typeof SAID>) =>
    app.post(path, requireRole(['write']), async (context) => {
      try {
        const said = await press(context.req.param('id') ?? '');
        const { month, ...view } = viewOf(context);
        return context.redirect(addressOf({ ...view, ...(month ? { month } : {}), said }), 303);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const refusal = html`<div class="banner bad" role="alert"><strong>Das ging nicht.</strong> <span class="answer" lang="en">${error.message}</span></div>`;
        return context.html(await mailsPage(context, deps, refusal), PROBLEMS[error.code].status as 422);
      }
    });
  button('/:id/send-again', async (id) => {
    await deps.sendMails([await decideMail(id, 'send again', deps)]);
    return 'sent-again';
  });
  button('/:id/count-as-sent', async (id) => {
    await decideMail(id, 'count as sent', deps);
    return 'counted';
  });
  button('/:id/resend', async (id) => {
    await deps.sendMails([await resendStranded(id, deps)]);
    return 'sent-again';
  });
  button('/runs/:id/pause', async (id) => {
    await pauseRun(id, deps);
    return 'paused';
  });
  button('/runs/:id/resume', async (id) => {
    await resumeRun(id, deps);
    await deps.continueRun(id);
    return 'resumed';
  });
  button('/suppressions/:id/lift', async (address) => {
    await liftSuppression(address, deps);
    return 'lifted';
  });
  return app;
}

/**
 * Mails a stranded invoice again. Refuses if that was done meanwhile, because the page may have been left
 * open.
 */
async function resendStranded(id: string, deps: PageDeps): Promise<string> {
  const mail = (await readMail(deps.table, id))?.value;
  const invoice = mail && (await readInvoice(deps.table, mail.invoice))?.value;
  if (!mail || !invoice) throw new Fault('not-found', `There is no mail ${id}.`);
  if (!mayBeMailedAgain(mail) || !isNewestOf(mail, invoice)) {
    refuse(
      `Mail ${id} is ${mail.state}, or its invoice was mailed again since: look at the list as it is now.`,
    );
  }
  return resendMail(mail.invoice, deps);
}

async function mailsPage(context: Context, deps: PageDeps, message: Html | undefined | ''): Promise<Html> {
  const { table } = deps;
  const now = instant(deps.clock.now()).slice(0, 7);
  const asked = viewOf(context);
  const months = await monthsWithMails(now, asked.month, table);
  const view: MailView = { ...asked, month: asked.month ?? months.months[0] ?? now };
  const { mails, older } = await mailPage(view, table);
  const summary = await monthSummary(view, table);
  const hold = await readMailingHold(table);
  const items = await table.list(SUPPRESSED_PARTITION, { limit: MOST_SUPPRESSIONS + 1 });
  const suppressions = items
    .slice(0, MOST_SUPPRESSIONS)
    .map((item) => stored(item, upgradeSuppression).value);
  const linkTo = (change: Partial<MailView>) => addressOf({ ...view, before: undefined, ...change });
  const act = (path: string) => addressOf({ ...view }, path);
  return page(
    `Mails im ${monthName(view.month)}`,
    html`${message}
${hold && holdBanner(hold.value)}
${attention(summary, linkTo)}
${monthLinks(months, view, linkTo)}
${view.run && html`<p>Nur Mails <a href="/runs/${view.run}">dieses Rechnungslaufs</a>. <a href="${linkTo({ run: undefined })}">Alle zeigen</a></p>`}
${mailingTable(await mailings(summary.waiting, deps), hold !== undefined, act)}
<h2>Liste</h2>
${filters(summary, view, linkTo)}
${mails.length > 0 ? mailTable(await mailRows(mails, table), act) : html`<p class="quiet">Keine Mails.</p>`}
${older && html`<p><a href="${linkTo({ before: older })}">Ältere Mails</a></p>`}
${legend()}
${suppressionTable(suppressions, items.length > MOST_SUPPRESSIONS, act)}`,
  );
}
