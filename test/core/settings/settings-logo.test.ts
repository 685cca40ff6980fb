import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LOGO } from '#core/domain/settings.ts';
import type { Pictures } from '#core/ports.ts';
import { readSettingsFile } from '#core/settings/settings-file.ts';
import { resolveLogo, storedLogo } from '#core/settings/settings-logo.ts';
import { someCompany } from '#test/core/domain/samples.ts';
import { DRAWING, pngOf } from '#test/support/documents/pictures.ts';

const address = (type: string, bytes: string | Uint8Array) =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
const STORED = address('image/png', 'as it is stored');

/** Makes PNGs whose size grows with the box as it is told, and records what it was asked. */
function dairy(bytesAPixel = 0.1) {
  const asked: string[] = [];
  const pictures: Pictures = {
    async toPng({ name, kind }, { width, height }) {
      asked.push(`${name} ${kind} ${width}×${height}`);
      return new Uint8Array(Math.round(width * height * bytesAPixel));
    },
  };
  const open = async (path: string) => {
    asked.push(`open ${path}`);
    return new TextEncoder().encode(DRAWING);
  };
  return { asked, sources: { stored: STORED, open, pictures } };
}

test('a logo from a path or a data: address is drawn anew for 300 dots an inch', async () => {
  const { asked, sources } = dairy();
  for (const given of [
    'pictures/logo.svg',
    address('image/svg+xml', DRAWING),
    address(
      'image/jpeg',
      pngOf(2, 2, () => [1, 2, 3, 255]),
    ),
  ]) {
    assert.match(await resolveLogo(given, sources), /^data:image\/png;base64,A+=*$/);
  }
  assert.deepEqual(asked, [
    'open pictures/logo.svg',
    'pdf.logo: pictures/logo.svg svg 826×295',
    'pdf.logo: the picture in it svg 826×295',
    'pdf.logo: the picture in it png 826×295',
  ]);
});

test('a stored logo stays as it is, and an empty setting stays empty', async () => {
  const { asked, sources } = dairy();
  assert.equal(await resolveLogo(STORED, sources), STORED);
  assert.equal(await resolveLogo('', sources), '');
  assert.deepEqual(asked, []);
});

test('a logo that becomes too large is drawn smaller, and refused below 150 dots an inch', async () => {
  const { asked, sources } = dairy(0.5);
  assert.ok((await resolveLogo('logo.png', sources)).length <= MAX_LOGO);
  assert.deepEqual(
    asked.map((it) => it.split(' ').at(-1)),
    ['logo.png', '826×295', '661×236'],
  );
  const large = dairy(3);
  await assert.rejects(resolveLogo('logo.png', large.sources), {
    code: 'bad-input',
    message: /^pdf\.logo: logo\.png is too rich in detail .* 150 dots an inch .* 90 kB\. /,
  });
  assert.equal(large.asked.length, 5);
});

for (const [given, message] of [
  [
    'https://x.example/logo.png',
    /^pdf\.logo: https:.* is an address, and nothing is fetched; name a file\.$/,
  ],
  ['file:///etc/passwd', /nothing is fetched/],
  ['data:image/gif;base64,AAAA', /must begin with data:image\/png;base64/],
  ['data:image/png,AAAA', /must begin with data:image\/png;base64/],
  ['data:image/png;base64,A', /is no base64; /],
  ['data:image/png;base64,AAAA', /the picture in it is no PNG, JPEG or SVG/],
  [`data:image/png;base64,${'A'.repeat(2_700_000)}`, /is larger than 2 MB/],
] as const) {
  test(`the logo ${given.slice(0, 40)} is refused`, async () => {
    await assert.rejects(resolveLogo(given, dairy().sources), { code: 'bad-input', message });
  });
}

test('settings are checked before a picture is opened, and then hold the drawn picture', async () => {
  const file = (value: object) => new TextEncoder().encode(JSON.stringify(value));
  const { asked, sources } = dairy();
  const company = someCompany();
  const pdf = { logo: 'logo.svg', folders: 'day' };
  await assert.rejects(readSettingsFile(file({ company: { ...company, name: '' }, pdf }), sources), {
    code: 'bad-settings',
  });
  await assert.rejects(readSettingsFile(file({ company, pdf: { logo: 5 } }), sources), {
    code: 'bad-settings',
    details: ['pdf.logo: Invalid input: expected string, received number.'],
  });
  assert.deepEqual(asked, []);
  const { settings, notices } = await readSettingsFile(file({ company, pdf }), sources);
  assert.match(settings.pdf.logo, /^data:image\/png;base64,/);
  assert.deepEqual([settings.pdf.folders, notices], ['day', []]);
});

test('a stored logo is read with its size in pixels', () => {
  const png = pngOf(7, 3, () => [0, 0, 0, 255]);
  const logo = storedLogo(address('image/png', png));
  assert.deepEqual([logo?.width, logo?.height, Buffer.from(logo!.png).equals(png)], [7, 3, true]);
  assert.equal(storedLogo(''), undefined);
});
