import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngSize, readPicture } from '#core/domain/picture.ts';
import { DRAWING, JPEG, pngOf } from '#test/support/documents/pictures.ts';

const text = (svg: string) => new TextEncoder().encode(svg);
const small = pngOf(3, 2, () => [255, 0, 0, 255]);
const refused = (bytes: Uint8Array, message: RegExp) =>
  assert.throws(() => readPicture('logo.xyz', bytes), { code: 'bad-input', message });
/** Makes a PNG whose header names this size, without any more pixels. */
function saying(width: number, height: number): Buffer {
  const bomb = Buffer.from(small);
  bomb.writeUInt32BE(width, 16);
  bomb.writeUInt32BE(height, 20);
  return bomb;
}

test('the kind of a picture is recognized by its bytes', () => {
  assert.equal(readPicture('x.jpg', small).kind, 'png');
  assert.equal(readPicture('x.png', JPEG).kind, 'jpeg');
  for (const prolog of [
    '',
    '\ufeff',
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- made by > hand -->\n',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd" [ <!ENTITY a "b>c"> ]>',
  ]) {
    assert.equal(readPicture('x.png', text(prolog + DRAWING)).kind, 'svg');
  }
  assert.deepEqual(pngSize(small), { width: 3, height: 2 });
});

test('a file that is no PNG, JPEG or SVG is refused by name', () => {
  for (const other of ['', 'GIF89a', '<html><svg></svg></html>', '<svgx/>', '%PDF-1.7', '\x1f\x8b']) {
    refused(text(other), /^logo\.xyz is no PNG, JPEG or SVG; /);
  }
});

test('a part of a picture is refused as damaged', () => {
  for (const whole of [small, JPEG]) {
    for (const length of [10, 30, whole.length - 30, whole.length - 13]) {
      refused(whole.subarray(0, length), /^logo\.xyz is damaged/);
    }
  }
  refused(saying(0, 5), /is damaged/);
});

test('a picture that is too large is refused before it is decoded', () => {
  refused(Buffer.concat([small, Buffer.alloc(2_000_000)]), /is larger than 2 MB; /);
  refused(saying(10_001, 1), /has 10001 × 1 pixels, more than 10000 a side/);
  refused(saying(1, 4_000_000_000), /has 1 × 4000000000 pixels/);
  refused(saying(9000, 9000), /has 9000 × 9000 pixels, .* 25 million in all/);
  const jpeg = Buffer.from(JPEG);
  jpeg.writeUInt16BE(60_000, jpeg.indexOf(Buffer.from('ffc0', 'hex')) + 5);
  refused(jpeg, /has 8 × 60000 pixels/);
});

test('a drawing that needs another file is refused, and the refusal names that file', () => {
  for (const [svg, name] of [
    ['<svg><image width="9" xlink:href="photo.png"/></svg>', 'photo\\.png'],
    ["<svg><g><image href = 'https://x.example/a.png'/></g></svg>", 'https://x\\.example/a\\.png'],
    ['<svg><filter><feImage href="file:///etc/passwd"/></filter></svg>', 'file:///etc/passwd'],
  ] as const) {
    refused(text(svg), new RegExp(`^logo\\.xyz shows ${name}, which is not in the file; `));
  }
  for (const svg of [
    '<svg><image href="data:image/png;base64,AA=="/></svg>',
    '<svg><use href="#a"/><a href="https://x.example"/></svg>',
  ]) {
    assert.equal(readPicture('x', text(svg)).kind, 'svg');
  }
});

test('no content of a file makes the reading slow', () => {
  const start = performance.now();
  for (const part of [' ', '<!---->', '<?x?>', '<!DOCTYPE [', '<image ', '<svg><image href=']) {
    for (const before of ['', '<svg>']) {
      const bytes = text(before + part.repeat(Math.floor(1_999_000 / part.length)));
      try {
        readPicture('slow', bytes);
      } catch {}
    }
  }
  assert.ok(performance.now() - start < 5000, `${performance.now() - start} ms`);
});
