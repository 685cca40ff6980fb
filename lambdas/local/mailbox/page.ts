import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Attachment, Email } from 'postal-mime';
import { page } from '#http/console/layout.ts';
import { addressList, type KeptMail, listMails, readMail } from './read.ts';

const MAILS_A_PAGE = 100;
const WHEN = new Intl.DateTimeFormat('de-DE', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'Europe/Berlin',
});
// The HTML of a mail inherits this policy: no scripts, no fetching, no forms.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Creates pages to read the messages of a folder: a list, each message, its attachments, its source. */
export function mailboxPages(folder: string): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', POLICY);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
  });

  const list = async (c: Context) => {
    const names = await listMails(folder, c.req.query('before'));
    const shown = names.slice(0, MAILS_A_PAGE);
    const mails = await Promise.all(shown.map((name) => readMail(folder, name)));
    const older = names.length > shown.length ? shown.at(-1) : undefined;
    const base = c.req.path.replace(/\/*$/, '/');
    return c.html(
      listPage(
        base,
        mails.filter((mail) => mail !== undefined),
        older,
      ),
    );
  };
  app.get('/', list);
  // Mounted under a path, `/` matches only that path without a trailing slash, so the list is served with one
  // too.
  app.get('*', (c, next) => (c.req.path.endsWith('/') ? list(c) : next()));
  app.get('/:name', async (c) => {
    const mail = await readMail(folder, c.req.param('name'));
    return mail ? c.html(mailPage(c.req.path, mail)) : c.html(missing(), 404);
  });
  app.get('/:name/source', async (c) => {
    const mail = await readMail(folder, c.req.param('name'));
    if (!mail) return c.html(missing(), 404);
    return c.body(new Uint8Array(mail.bytes), 200, download(mail.name, 'message/rfc822'));
  });
  app.get('/:name/attachments/:index{[0-9]+}', async (c) => {
    const mail = await readMail(folder, c.req.param('name'));
    const file = mail?.mail.attachments[Number(c.req.param('index'))];
    if (!file) return c.html(missing(), 404);
    return c.body(bytesOf(file), 200, download(nameOf(file), file.mimeType));
  });
  return app;
}

function listPage(base: string, mails: readonly KeptMail[], older: string | undefined) {
  if (mails.length === 0) {
    return page(
      'Postfach',
      html`<p class="quiet">Noch keine Nachrichten. Was dieses Programm verschickt, liegt danach hier.</p>`,
    );
  }
  return page(
    'Postfach',
    html`<table>
<tr><th>Datum<th>Von<th>An<th>Betreff<th>Anhänge</tr>
${mails.map(
  ({ name, mail, envelope }) => html`<tr>
<td style="white-space:nowrap">${when(mail.date)}</td>
<td>${mail.from?.name || addressList(mail.from)}</td>
<td>${addressList(mail.to) || envelope?.to.join(', ')}</td>
<td><a href="${base}${name}">${mail.subject || '(ohne Betreff)'}</a></td>
<td style="white-space:nowrap">${attached(mail).map(([at, file]) => html`<div><a href="${base}${name}/attachments/${at}">${nameOf(file)}</a></div>`)}</td>
</tr>`,
)}
</table>
${older && html`<p><a href="?before=${older}">Ältere Nachrichten</a></p>`}`,
  );
}

function mailPage(path: string, { mail, envelope, bytes }: KeptMail) {
  const lines: readonly (readonly [string, string])[] = [
    ['Von', addressList(mail.from)],
    ['An', addressList(mail.to)],
    ['Kopie', addressList(mail.cc)],
    ['Antwort an', addressList(mail.replyTo)],
    ['Datum', when(mail.date)],
    ['Zugestellt an', envelope?.to.join(', ') ?? ''],
    ['Nachrichten-ID', mail.messageId ?? ''],
  ];
  return page(
    mail.subject || '(ohne Betreff)',
    html`<style>
  iframe, pre { width: 100%; box-sizing: border-box; background: #fff; border: 1px solid #e2e5e0; }
  iframe { height: 54rem; resize: vertical; }
  pre { padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
  th { width: 9rem; }
  td { overflow-wrap: anywhere; }
</style>
<table>
${lines.filter(([, value]) => value !== '').map(([label, value]) => html`<tr><th>${label}<td>${value}</tr>`)}
${
  attached(mail).length > 0 &&
  html`<tr><th>Anhänge<td>${attached(mail).map(([at, file]) => html`<div><a href="${path}/attachments/${at}">${nameOf(file)}</a> <span class="quiet">${size(bytesOf(file).length)}</span></div>`)}</tr>`
}
<tr><th>Quelltext<td><a href="${path}/source">Nachricht herunterladen</a> <span class="quiet">${size(bytes.length)}</span></tr>
</table>
${mail.html && html`<h2>Ansicht</h2><iframe sandbox="" srcdoc="${withPictures(mail.html, mail)}" title="Nachricht"></iframe>`}
${mail.text && html`<h2>Text</h2><pre>${mail.text}</pre>`}
${mail.headers.length > 0 && html`<details><summary>Kopfzeilen</summary><pre>${mail.headers.map(({ originalKey, value }) => `${originalKey}: ${value}`).join('\n')}</pre></details>`}`,
  );
}

/**
 * Returns the attachments with their index, which is part of their address; pictures that belong to the HTML
 * are left out.
 */
const attached = ({ attachments }: Email): (readonly [number, Attachment])[] =>
  [...attachments.entries()].filter(([, { related }]) => !related);

/** Puts the pictures that come with the HTML in their places (RFC 2392). */
function withPictures(source: string, { attachments }: Email): string {
  return attachments
    .filter(({ contentId, mimeType }) => contentId && /^image\/[\w.+-]+$/.test(mimeType))
    .reduce((shown, file) => {
      const picture = `data:${file.mimeType};base64,${Buffer.from(bytesOf(file)).toString('base64')}`;
      return shown.replaceAll(`cid:${file.contentId!.replace(/^<|>$/g, '')}`, () => picture);
    }, source);
}

const missing = () => page('Nicht gefunden', html`<p>Diese Nachricht gibt es nicht.</p>`);

/**
 * Returns the headers of a file. A PDF opens in the browser; any other type could act as a page and is only
 * downloaded.
 */
function download(name: string, type: string): Record<string, string> {
  const shown = type === 'application/pdf';
  return {
    'Content-Type': shown ? type : 'application/octet-stream',
    'Content-Disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name)}`,
  };
}

function when(date: string | undefined): string {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? (date ?? '') : WHEN.format(time);
}

const nameOf = (file: Attachment): string => file.filename ?? 'ohne-namen';

const bytesOf = ({ content }: Attachment): Uint8Array<ArrayBuffer> =>
  typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);

const size = (bytes: number): string =>
  `${(bytes / 1024).toLocaleString('de-DE', { maximumFractionDigits: 1 })} kB`;
