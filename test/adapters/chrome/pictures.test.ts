import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { createChromePictures } from '#adapters/chrome/pictures.ts';
import { readPicture } from '#core/domain/picture.ts';
import { chunksOf, DRAWING, JPEG, pngChunk, pngOf } from '#test/support/documents/pictures.ts';
import { FONTS } from './fonts.ts';

const BOX = { width: 826, height: 295 };
const pictures = createChromePictures({ fontsFolder: FONTS });
const toPng = (bytes: Uint8Array | string, box = BOX) => {
  const given = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return pictures.toPng(readPicture('logo', given), box);
};
/** Decodes a PNG into RGBA pixels with a decoder that is not Chrome's. */
async function pixelsOf(png: Uint8Array) {
  const image = await loadImage(Buffer.from(png));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, at: (x: number, y: number) => [...data.slice(4 * (y * width + x)).slice(0, 4)] };
}

describe('pictures that the browser draws anew', () => {
  test('an SVG is scaled to fill the box and keeps a transparent background', async () => {
    const wide = await pixelsOf(await toPng(DRAWING));
    assert.deepEqual([wide.width, wide.height], [826, 236]);
    assert.deepEqual(wide.at(100, 100), [221, 0, 0, 255]);
    assert.deepEqual(wide.at(800, 100), [0, 0, 0, 0]);
    const tall = await pixelsOf(
      await toPng(DRAWING.replace('viewBox="0 0 70 20"', 'width="5mm" height="20mm"')),
    );
    assert.deepEqual([tall.width, tall.height], [74, 295]);
  });

  test('a raster picture keeps its pixels, including transparent and half-transparent ones', async () => {
    const colours = [
      [255, 0, 0, 255],
      [0, 128, 255, 128],
      [0, 0, 0, 0],
    ];
    const { width, height, at } = await pixelsOf(await toPng(pngOf(3, 2, (x) => colours[x]!)));
    assert.deepEqual([width, height], [3, 2]);
    assert.deepEqual([at(0, 1), at(1, 1), at(2, 1)], colours);
  });

  test('a picture larger than the box is scaled down in proportion', async () => {
    const { width, height, at } = await pixelsOf(await toPng(JPEG, { width: 4, height: 4 }));
    assert.deepEqual([width, height], [4, 2]);
    const [red = 0, green = 0, blue = 0, alpha] = at(0, 1);
    assert.ok(red > 200 && green < 60 && blue < 60 && alpha === 255);
  });

  test('nothing else of the file survives, and a picture drawn here stays as it is when it is drawn again', async () => {
    const secret = Buffer.from('geheim4711');
    const extra = [pngChunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), secret]))];
    const given = Buffer.concat([pngOf(5, 5, (x) => [x * 50, 9, 9, 40 + x * 50], extra), secret]);
    const png = await toPng(given);
    assert.ok(given.includes(secret) && !Buffer.from(png).includes(secret));
    assert.deepEqual([...new Set(chunksOf(png))], ['IHDR', 'IDAT', 'IEND']);
    assert.deepEqual(await toPng(png), png);
  });

  for (const [what, drawing, message] of [
    ['an SVG that is not well-formed', DRAWING.replace('</svg>', ''), /^logo cannot be decoded, /],
    ['an SVG without a size', DRAWING.replace('viewBox="0 0 70 20"', ''), /^logo has no size; .*viewBox/],
    ['an SVG without a drawing', DRAWING.replace(/<rect[^>]*>/, ''), /^logo shows nothing: /],
  ] as const) {
    test(`${what} is refused`, async () => {
      await assert.rejects(toPng(drawing), { code: 'bad-input', message });
    });
  }

  test('a picture that takes too long is given up, and no folder of the browser is left behind', async () => {
    const own = async () => (await readdir(tmpdir())).filter((name) => name.includes(`-${process.pid}-`));
    const impatient = createChromePictures({ fontsFolder: FONTS, timeoutMs: 1 });
    await assert.rejects(impatient.toPng(readPicture('logo', JPEG), BOX), {
      code: 'bad-input',
      message: /^logo cannot be drawn: the browser gave it up; /,
    });
    assert.deepEqual(await own(), []);
  });
});

const foreign = (html: string) =>
  `<foreignObject width="80" height="80"><div xmlns="http://www.w3.org/1999/xhtml" style="width:80px;height:80px">${html}</div></foreignObject>`;

/** Drawings that turn their field of 80 × 80 red when they get what they ask for. */
const asking = (picture: string, page: string): Record<string, string> => ({
  'that they can': foreign('<p style="margin:0;height:80px;background:red"></p>'),
  script: `<rect id="s" width="80" height="80" fill="none"/><script>document.getElementById("s").setAttribute("fill", "red")</script>`,
  handler: `<rect width="80" height="80" fill="none" onload="this.setAttribute('fill', 'red')"/>`,
  frame: foreign(`<iframe src="${page}" style="width:80px;height:80px;border:0"></iframe>`),
  picture: foreign(`<picture><source srcset="${picture}"/><img width="80" height="80" alt=""/></picture>`),
  'css picture': foreign(`<p style="margin:0;height:80px;background:url('${picture}')"></p>`),
  'style sheet': `<style>@import url("${page}.css"); .i { fill: none }</style><rect class="i" width="80" height="80"/>`,
  object: foreign(`<object data="${page}" width="80" height="80" style="border:0"></object>`),
  use: `<use xlink:href="${picture}#red"/>`,
  pattern: `<rect width="80" height="80" fill="url(${picture}#red)"/>`,
});

describe('requests made by a drawing', () => {
  let folder: string;
  let server: Server;
  let connections = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drawing-'));
    const red = `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><rect id="red" width="80" height="80" fill="red"/></svg>`;
    await writeFile(join(folder, 'red.svg'), red);
    await writeFile(join(folder, 'red.html'), '<body style="background: red">');
    await writeFile(join(folder, 'red.html.css'), '.i { fill: red !important }');
    server = createServer((socket) => {
      connections++;
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** Draws the fields side by side in one picture and names those that are red in the middle. */
  async function redFields(fields: Record<string, string>): Promise<string[]> {
    const names = Object.keys(fields);
    const drawn = names.map((name, at) => `<svg x="${at * 80}" width="80" height="80">${fields[name]}</svg>`);
    const drawing = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${names.length * 80} 80">${drawn.join('')}</svg>`;
    const { at } = await pixelsOf(await toPng(drawing, { width: names.length * 80, height: 80 }));
    return names.filter((_, index) => {
      const [red = 0, green = 0, blue = 0, alpha] = at(index * 80 + 40, 40);
      return red > 200 && green < 60 && blue < 60 && alpha === 255;
    });
  }

  test('a drawing gets no file and runs no script', async () => {
    const fields = asking(`file://${folder}/red.svg`, `file://${folder}/red.html`);
    assert.deepEqual(await redFields(fields), ['that they can']);
  });

  test('a drawing opens no connection', async () => {
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/red`;
    assert.deepEqual(await redFields(asking(url, url)), ['that they can']);
    assert.equal(connections, 0);
  });
});
