import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { storedLogo } from '#core/settings/settings-logo.ts';
import { byMail, customersCsv, deliveriesCsv, settingsJson } from '#test/support/data/import-files.ts';
import { DRAWING } from '#test/support/documents/pictures.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';

test('a logo comes from a file beside the settings into the covering mail', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const shop = openShop(t);
  mkdirSync(shop.at('pictures'));
  writeFileSync(shop.at('pictures/logo.svg'), DRAWING);
  const withLogo = (logo: string) => settingsJson(server.port, { pdf: { logo } });
  const stored = () => {
    const row = shop.rows().find((it) => it.startsWith('SETTINGS SETTINGS '))!;
    return JSON.parse(row.slice(row.indexOf('{'))).settings.pdf.logo as string;
  };

  await t.test(
    'a logo is stored, and importing it again as a file or as it is stored changes nothing',
    async () => {
      assert.equal((await shop.load('settings', withLogo('pictures/logo.svg'))).changed, true);
      assert.deepEqual(storedLogo(stored())?.width, 826);
      assert.equal((await shop.load('settings', withLogo('pictures/logo.svg'))).changed, false);
      assert.equal((await shop.load('settings', withLogo(stored()))).changed, false);
    },
  );

  await t.test('a logo that cannot be used is refused by name, and nothing changes', async () => {
    writeFileSync(shop.at('pictures/logo.gif'), 'GIF89a');
    const before = shop.rows();
    for (const [logo, message] of [
      ['pictures/logo.gif', /^pdf\.logo: pictures\/logo\.gif is no PNG, JPEG or SVG; /],
      ['nowhere.png', /^pdf\.logo: there is no file .*nowhere\.png; the path counts from where the settings/],
      ['pictures', /^pdf\.logo: .*pictures is no file; /],
    ] as const) {
      assert.match(await shop.refused('settings', withLogo(logo)), message);
    }
    assert.deepEqual(shop.rows(), before);
  });

  await t.test(
    'the mail shows the logo, and its text and documents are as they are without one',
    async () => {
      await shop.load('customers', customersCsv([byMail('1', { delivery_overview: 'yes' })]));
      await shop.load('deliveries', deliveriesCsv([{ note: 'L1', customer: '1', date: '2026-10-05' }]));
      const run = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];
      assert.equal((await shop.json(...run)).code, 0);
      const { html, text, attachments } = await PostalMime.parse(server.received[0]!.bytes);
      const [logo, ...documents] = attachments;
      assert.deepEqual([logo?.related, logo?.disposition, logo?.mimeType], [true, 'inline', 'image/png']);
      assert.deepEqual(Buffer.from(logo!.content as ArrayBuffer), Buffer.from(storedLogo(stored())!.png));
      assert.ok(html?.includes(`src="cid:${logo?.contentId?.slice(1, -1)}" width="220" height="63"`));
      assert.match(text ?? '', /^Guten Tag,\n/);
      const archive = shop.archive();
      const filed = [...archive].filter(([key]) => key.endsWith('.pdf'));
      assert.deepEqual(
        documents.map(({ filename, content }) => [filename, Buffer.from(content as ArrayBuffer)]),
        filed.map(([key, bytes]) => [key.split('/').at(-1), bytes]),
      );
      assert.deepEqual([filed.length, [...archive.keys()].some((key) => key.endsWith('.eml'))], [2, true]);
    },
  );
});
