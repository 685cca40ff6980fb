import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import PostalMime from 'postal-mime';
import { wireAddress } from '#adapters/mime/address.ts';
import { createMailComposer } from '#adapters/mime/compose.ts';
import { Fault } from '#core/errors.ts';
import type { OutgoingMail } from '#core/ports.ts';

const composer = createMailComposer();
const xml = Buffer.from('<?xml version="1.0"?>\n<a>Gößwein</a>\n.\nmixed\r\nline\rends');
const mail: OutgoingMail = {
  messageId: '<01JB-2026000123@wiesengrund.example>',
  date: '2026-11-01T03:00:00.000Z',
  from: { name: 'Molkerei "Grün & Söhne", Kempten', address: 'rechnung@wiesengrund.example' },
  to: [
    { name: 'Frau Gößwein', address: 'rechnung@alpenblick.example' },
    { name: '', address: 'buero@bücher.example' },
  ],
  cc: [{ name: 'Œuvre, 東京', address: 'cc@alpenblick.example' }],
  replyTo: 'buchhaltung@wiesengrund.example',
  subject:
    'Ihre Rechnung 2026000123 vom 31.10.2026 – Bäckerei Größenwahn & Söhne GmbH & Co. KG, Füssen im Allgäu',
  text: `Grüße\n.\n..\nFrom the start of a line\n${'sehr lange Zeile '.repeat(100)}\n`,
  html: '<p>Grüße &amp; <b>mehr</b></p>',
  attachments: [
    {
      fileName: 'Rechnung-Ä ö "ß"; x=1, sehr lang und noch länger-2026-10-31-1.pdf',
      contentType: 'application/pdf',
      bytes: crypto.getRandomValues(new Uint8Array(5000)),
    },
    { fileName: 'rechnung.xml', contentType: 'text/xml', bytes: xml },
  ],
};

const logo = {
  contentId: 'logo.01JB-2026000123@wiesengrund.example',
  fileName: 'logo.png',
  contentType: 'image/png',
  bytes: crypto.getRandomValues(new Uint8Array(700)),
};

describe('a composed mail', () => {
  it('a mail program reads every part of the mail as it was meant', async () => {
    const read = await PostalMime.parse(await composer.compose(mail));
    assert.deepEqual(read.from, mail.from);
    assert.deepEqual(read.to, [mail.to[0], { name: '', address: 'buero@xn--bcher-kva.example' }]);
    assert.deepEqual(read.cc, mail.cc);
    assert.deepEqual(read.replyTo, [{ name: '', address: mail.replyTo }]);
    assert.equal(read.subject, mail.subject);
    assert.equal(read.messageId, mail.messageId);
    assert.equal(read.date, mail.date);
    assert.equal(read.text?.trimEnd(), mail.text.trimEnd());
    assert.equal(read.html?.trim(), mail.html);
    assert.deepEqual(
      read.attachments.map(({ filename, mimeType, disposition }) => [filename, mimeType, disposition]),
      mail.attachments.map(({ fileName, contentType }) => [fileName, contentType, 'attachment']),
    );
    for (const [at, { bytes }] of mail.attachments.entries()) {
      assert.deepEqual(
        Buffer.from(read.attachments[at]!.content as ArrayBuffer),
        Buffer.from(bytes),
        'byte for byte',
      );
    }
    assert.equal(read.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-generated');
  });

  it('the mail is ASCII in short lines ending with CRLF, with file names by RFC 2231 and no bcc header', async () => {
    const source = Buffer.from(await composer.compose(mail)).toString('latin1');
    assert.match(source, /^[\x20-\x7e\t\r\n]*$/);
    assert.doesNotMatch(source, /[^\r]\n|\r[^\n]/);
    assert.ok(source.endsWith('\r\n'));
    assert.ok(
      source.split('\r\n').every((line) => line.length <= 78),
      'RFC 5322 section 2.1.1',
    );
    assert.match(source, /filename\*0\*=utf-8''Rechnung-%C3%84/);
    assert.doesNotMatch(source, /^bcc:/im);
    assert.match(source, /Content-Type: multipart\/mixed[\s\S]*Content-Type: multipart\/alternative/);
  });

  it('a picture belongs to the HTML, and text and attachments stay as they are without it', async () => {
    const html = `<img src="cid:${logo.contentId}">`;
    const source = await composer.compose({ ...mail, html, inline: [logo] });
    assert.deepEqual(await composer.compose({ ...mail, html, inline: [logo] }), source);
    const { text, attachments } = await PostalMime.parse(source);
    assert.equal(text?.trimEnd(), mail.text.trimEnd());
    assert.deepEqual(
      attachments.map(({ filename, mimeType, disposition, related, contentId }) => [
        ...[filename, mimeType, disposition, related, contentId],
      ]),
      [
        ['logo.png', 'image/png', 'inline', true, `<${logo.contentId}>`],
        ...mail.attachments.map(({ fileName, contentType }) => [
          ...[fileName, contentType, 'attachment', undefined, undefined],
        ]),
      ],
    );
    for (const [at, { bytes }] of [logo, ...mail.attachments].entries()) {
      assert.deepEqual(Buffer.from(attachments[at]!.content as ArrayBuffer), Buffer.from(bytes));
    }
    // RFC 2387: the related part stands for the HTML alone, so that a reader of the text sees no picture.
    const types = Buffer.from(source)
      .toString('latin1')
      .matchAll(/^Content-Type: ([\w/]+)/gm);
    assert.deepEqual([...types].map(([, type]) => type).slice(0, 6), [
      ...['multipart/mixed', 'multipart/alternative', 'text/plain'],
      ...['multipart/related', 'text/html', 'image/png'],
    ]);
  });

  it('one mail always composes to the same bytes, and another mail gets other boundaries', async () => {
    const [one, again, other] = await Promise.all(
      [mail, mail, { ...mail, messageId: '<2@x.example>' }].map((it) => composer.compose(it)),
    );
    assert.deepEqual(one, again);
    const boundary = (bytes: Uint8Array) => /boundary="(.*)"/.exec(Buffer.from(bytes).toString())?.[1];
    assert.notEqual(boundary(one!), boundary(other!));
  });

  for (const evil of [
    'x\r\nBcc: thief@example.org',
    'x\nX-Evil: 1',
    'x\rX-Evil: 1',
    'x\0',
    'x\u2028Bcc: a@b.de',
  ]) {
    it(`${JSON.stringify(evil)} is refused wherever it could become a header`, async () => {
      const variants: readonly Partial<OutgoingMail>[] = [
        { subject: evil },
        { messageId: evil },
        { replyTo: evil },
        { from: { name: evil, address: 'a@example.org' } },
        { from: { name: '', address: evil } },
        { to: [{ name: evil, address: 'a@example.org' }] },
        { to: [{ name: '', address: `a@example.org${evil}` }] },
        {
          cc: [
            { name: evil, address: 'a@example.org' },
            { name: '', address: 'a@example.org' },
          ],
        },
        { attachments: [{ fileName: evil, contentType: 'application/pdf', bytes: xml }] },
        { attachments: [{ fileName: 'x.pdf', contentType: evil, bytes: xml }] },
        { inline: [{ ...logo, contentId: evil }] },
        { inline: [{ ...logo, fileName: evil }] },
        { inline: [{ ...logo, contentType: evil }] },
      ];
      for (const variant of variants) {
        await assert.rejects(
          composer.compose({ ...mail, ...variant }),
          (error) => error instanceof Fault && error.code === 'bad-input' && !/[\r\n]/.test(error.message),
          JSON.stringify(variant),
        );
      }
    });
  }

  it('a name that looks like an address, or contains one, stays out of the address list', async () => {
    const to = [{ name: 'evil@example.org, "x" <y@example.org>', address: 'kunde@example.org' }];
    const read = await PostalMime.parse(await composer.compose({ ...mail, to }));
    assert.deepEqual(read.to, to);
  });
});

describe('mail addresses on the wire', () => {
  it('the domain of an address is written in ASCII', () => {
    assert.equal(wireAddress('Rechnung+10@Bücher.example'), 'Rechnung+10@xn--bcher-kva.example');
    assert.equal(wireAddress('a@localhost'), 'a@localhost');
    assert.equal(wireAddress("o'neil_x@example.org"), "o'neil_x@example.org");
  });

  it('an address is refused with spaces, line breaks, brackets, lists, or non-ASCII letters before the @', () => {
    for (const bad of [
      '',
      'a',
      'a@',
      '@b.de',
      'a b@c.de',
      'a@b c.de',
      'a@b.de\n',
      'a@b.de\r\nDATA',
      '<a@b.de>',
      'a@b.de>',
      'a@b.de,c@d.de',
      'a@b@c.de',
      'ä@b.de',
      '"a b"@c.de',
      `${'a'.repeat(65)}@b.de`,
      `a@${'b'.repeat(260)}.de`,
    ]) {
      assert.equal(wireAddress(bad), undefined, JSON.stringify(bad));
    }
  });
});
