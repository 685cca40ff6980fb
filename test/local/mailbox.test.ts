import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { createSmtpMailer } from '#adapters/smtp/mailer.ts';
import { mailboxPages } from '#local/mailbox/page.ts';
import { startMailboxServer } from '#local/mailbox/smtp-sink.ts';
import { smtpSettings } from '#test/support/mail/smtp-server.ts';
import { makeTempFolder, tempFolder } from '#test/support/process/temp-folder.ts';

const envelope = { from: 'rechnung@wiesengrund.example', to: ['kunde@example.org', 'bcc@example.org'] };
const nothing = async () => {};
const pdf = Buffer.from('%PDF-1.7 nothing but a name');

const logo = { contentId: 'logo@x.example', fileName: 'logo.png', contentType: 'image/png', bytes: pdf };

const compose = (
  subject: string,
  html = '<p>Grüße</p>',
  inline: Parameters<ReturnType<typeof createMailComposer>['compose']>[0]['inline'] = [],
) =>
  createMailComposer().compose({
    messageId: `<${subject.length}@wiesengrund.example>`,
    date: '2026-11-01T03:00:00.000Z',
    from: { name: 'Molkerei Wiesengrund', address: envelope.from },
    to: [{ name: 'Frau <Gößwein>', address: 'kunde@example.org' }],
    cc: [],
    replyTo: undefined,
    subject,
    text: 'Grüße & mehr',
    html,
    attachments: [
      { fileName: 'Rechnung-Ä.pdf', contentType: 'application/pdf', bytes: pdf },
      { fileName: 'böse.html', contentType: 'text/html', bytes: Buffer.from('<script>1</script>') },
    ],
    inline,
  });

const messages = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort();

async function open(test: TestContext) {
  const folder = tempFolder(test);
  const server = await startMailboxServer({ folder, port: 0 });
  const mailer = createSmtpMailer(smtpSettings(server.port));
  test.after(async () => {
    await mailer.close();
    await server.close();
  });
  return { folder, server, mailer };
}

describe('the mailbox server', () => {
  it('the server keeps each message byte for byte before it answers, in the order of arrival', async (test) => {
    const { folder, mailer } = await open(test);
    for (let i = 1; i <= 5; i++) {
      const bytes = await compose(`Nachricht ${i}`);
      const outcome = await mailer.send(envelope, bytes, nothing);
      assert.equal(outcome.state, 'accepted');
      const names = messages(folder);
      assert.equal(names.length, i, 'one file a message');
      assert.ok(readFileSync(join(folder, names.at(-1)!)).equals(bytes));
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.endsWith('.eml')),
      ['.envelopes'],
    );
  });

  it('the server accepts a login and messages up to 25 MB', async (test) => {
    const { folder, server } = await open(test);
    const mailer = createSmtpMailer(
      smtpSettings(server.port, { user: 'kasse', password: 'x', allowPlainLogin: true }),
    );
    const line = `${'x'.repeat(998)}\r\n`;
    const send = (lines: number) =>
      mailer.send(envelope, Buffer.from(`Subject: x\r\n\r\n${line.repeat(lines)}`), nothing);
    const limit = Math.floor((25 * 1024 * 1024) / line.length);
    assert.equal((await send(limit - 1)).state, 'accepted');
    assert.equal((await send(limit + 1)).state, 'failed');
    assert.equal(messages(folder).length, 1);
    await mailer.close();
  });

  it('the server keeps nothing of a message that breaks off', async (test) => {
    const { folder, server } = await open(test);
    const socket = connect(server.port, '127.0.0.1');
    const steps = [
      'EHLO x',
      'MAIL FROM:<a@example.org>',
      'RCPT TO:<b@example.org>',
      'DATA',
      'Subject: half\r\n\r\nof it',
    ];
    await new Promise<void>((resolve) => {
      socket.on('data', (reply) => {
        if (!/^\d{3} /m.test(reply.toString())) return;
        const step = steps.shift();
        socket.write(`${step}\r\n`);
        if (steps.length === 0) resolve();
      });
    });
    while (!readdirSync(folder).some((name) => name.endsWith('.part'))) await setImmediate();
    assert.deepEqual(messages(folder), []);
    socket.destroy();
    while (readdirSync(folder).some((name) => name.endsWith('.part'))) await setImmediate();
    assert.deepEqual([messages(folder), readdirSync(join(folder, '.envelopes'))], [[], []]);
  });

  it('the server says that its port is taken', async (test) => {
    const { folder, server } = await open(test);
    await assert.rejects(startMailboxServer({ folder, port: server.port }), { code: 'EADDRINUSE' });
  });
});

describe('the pages of the mailbox', () => {
  const temp = makeTempFolder();
  const folder = temp.path;
  let names: string[];
  before(async () => {
    const server = await startMailboxServer({ folder, port: 0 });
    const mailer = createSmtpMailer(smtpSettings(server.port));
    await mailer.send(envelope, await compose('Erste'), nothing);
    await mailer.send(
      envelope,
      await compose(
        '<script>alert(1)</script>',
        '<script>evil()</script><img src="http://example.org/x">"quoted"',
      ),
      nothing,
    );
    await mailer.send(envelope, await compose('Mit Bild', '<img src="cid:logo@x.example">', [logo]), nothing);
    await mailer.close();
    await server.close();
    names = messages(folder);
    writeFileSync(join(folder, '..', 'outside.eml'), 'Subject: outside\r\n\r\n');
  });
  after(temp.remove);
  const get = async (path: string) => {
    const response = await mailboxPages(folder).request(path);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  it('the pages list the messages, newest first, and escape what they show', async () => {
    const { status, body } = await get('/');
    assert.equal(status, 200);
    assert.ok(body.indexOf(names[1]!) < body.indexOf(names[0]!));
    assert.ok(body.includes('1. Nov. 2026') || body.includes('01.11.2026'), body);
    assert.ok(body.includes('Frau &lt;Gößwein&gt;') && body.includes('Rechnung-Ä.pdf'));
    assert.doesNotMatch(body, /<script/);
  });

  it('a page shows a message with its hidden recipients, and its HTML in a frame that can do nothing', async () => {
    const { headers, body } = await get(`/${names[1]}`);
    assert.ok(body.includes('kunde@example.org, bcc@example.org'));
    assert.match(body, /<iframe sandbox="" srcdoc="&lt;script&gt;evil\(\)/);
    assert.doesNotMatch(body, /<script/);
    assert.match(headers.get('content-security-policy')!, /default-src 'none'/);
    assert.doesNotMatch(headers.get('content-security-policy')!, /script-src|img-src [^;]*http/);
    assert.ok(body.includes('Grüße &amp; mehr'));
  });

  it('a page shows the pictures of a message in their places and not as attachments', async () => {
    const { body } = await get(`/${names[2]}`);
    const picture = `data:image/png;base64,${pdf.toString('base64')}`;
    assert.ok(body.includes(`srcdoc="&lt;img src=&quot;${picture}&quot;&gt;`), body);
    const links = (page: string) => [...page.matchAll(/\/attachments\/(\d+)">/g)].map(([, at]) => at);
    assert.deepEqual(links(body), ['1', '2']);
    assert.deepEqual(links((await get('/')).body).slice(0, 2), ['1', '2']);
    assert.equal((await get(`/${names[2]}/attachments/1`)).body, pdf.toString());
    assert.doesNotMatch(body, /logo\.png/);
  });

  it('a PDF opens in the browser, and any other attachment is downloaded', async () => {
    const shown = await get(`/${names[0]}/attachments/0`);
    assert.equal(shown.body, pdf.toString());
    assert.equal(shown.headers.get('content-type'), 'application/pdf');
    const kept = await get(`/${names[0]}/attachments/1`);
    assert.equal(kept.headers.get('content-type'), 'application/octet-stream');
    assert.match(kept.headers.get('content-disposition')!, /^attachment; filename\*=UTF-8''b%C3%B6se\.html$/);
    const source = await get(`/${names[0]}/source`);
    assert.equal(source.body, readFileSync(join(folder, names[0]!), 'utf8'));
  });

  it('the pages open no file outside the mailbox', async () => {
    for (const path of [
      '/..%2Foutside.eml',
      '/..%2f..%2fetc%2fpasswd',
      '/.envelopes',
      '/%2Fetc%2Fpasswd',
      `/.envelopes%2F${names[0]}.json`,
      '/nothing.eml',
      `/${names[0]}/attachments/9`,
      '/..%5Coutside.eml',
      '/%00.eml',
    ]) {
      assert.equal((await get(path)).status, 404, path);
    }
  });

  it('the page of an empty mailbox says that there are no messages yet', async () => {
    const response = await mailboxPages(join(folder, 'missing')).request('/');
    assert.match(await response.text(), /Noch keine Nachrichten/);
  });
});
