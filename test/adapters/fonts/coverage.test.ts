import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readCharacters } from '#adapters/fonts/cmap.ts';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { Fault } from '#core/errors.ts';

const FONTS = fileURLToPath(new URL('../../../templates/fonts', import.meta.url));
const { undrawable } = createFontCoverage(FONTS);

describe('the characters that the fonts draw', () => {
  test('the fonts draw the languages of Europe, figures and signs', () => {
    const texts = [
      'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ÄÖÜẞ',
      'Ćwiczył Żółw Łódź, Příliš žluťoučký kůň, Đorđe, Ţară și Brașov, İstanbul ğ ş, Þórður Æ ø å',
      'Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία',
      'Съешь ещё этих мягких булок, Україна ї є ґ',
      '0123456789 1.234,56 € £ $ % ‰ § ½ ¼ × ÷ − – — „“ ‚‘ »« … • · ° µ ² ³ ™ ® © № * # & @ / \\ | _ ~ ^ ` { } [ ] < >',
    ];
    for (const text of texts) assert.deepEqual(undrawable(text), [], text);
  });

  test('each character that the fonts cannot draw is named once, in the order of the text', () => {
    assert.deepEqual(undrawable('日本 und 日 😀 \ue000 \u0007'), ['日', '本', '😀', '\ue000', '\u0007']);
    assert.deepEqual(undrawable('مرحبا'), [...new Set('مرحبا')]);
  });

  test('white space, joiners and variation selectors need no glyph', () => {
    assert.deepEqual(undrawable(' \t\r\n\u00a0\u2003\u202f\u3000\u200b\u200d\u00ad❤\ufe0f'), []);
    // The browser draws a box for these characters, though Unicode calls them blank.
    assert.deepEqual(undrawable('\u1680\u3164'), ['\u1680', '\u3164']);
  });

  test('an accent is judged together with its letter', () => {
    assert.deepEqual(undrawable('e\u0301 x\u030c ǟ q\u0323'), []);
    assert.deepEqual(undrawable('a\u20e3'), ['\u20e3']);
  });

  test('two texts joined have exactly the undrawable characters that each of them has', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const apart = new Set([...undrawable(one), ...undrawable(other)]);
        assert.deepEqual(new Set(undrawable(`${one} ${other}`)), apart);
      }),
    );
  });

  test('a character counts as drawable only when every font of the folder has it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fonts-'));
    await cp(FONTS, folder, { recursive: true });
    await writeFile(join(folder, 'Poor.ttf'), fontWith(12, [[0x20, 0x7e]]));
    assert.deepEqual(createFontCoverage(folder).undrawable('Käse'), ['ä']);
    await rm(folder, { recursive: true });
  });

  test('a folder without readable fonts is named in the error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fonts-'));
    const fault = (why: RegExp) => (error: unknown) =>
      error instanceof Fault && error.message.includes(folder) && why.test(error.message);
    assert.throws(() => createFontCoverage(folder), fault(/no \.ttf file/));
    await writeFile(join(folder, 'Broken.ttf'), 'not a font at all, but long enough');
    assert.throws(() => createFontCoverage(folder), fault(/cannot be read/));
    await rm(folder, { recursive: true });
    assert.throws(() => createFontCoverage(folder), fault(/cannot be read/));
  });
});

describe('the character table (cmap) of a font', () => {
  const ranges = fc
    .uniqueArray(fc.integer({ min: 1, max: 0xfffe }), { minLength: 2, maxLength: 20 })
    .map((codes) => codes.sort((a, b) => a - b))
    .map((codes) =>
      codes.flatMap((code, index): [number, number][] =>
        index % 2 === 1 ? [[codes[index - 1]!, code]] : [],
      ),
    );

  for (const format of [4, 12] as const) {
    test(`format ${format} yields exactly the characters of its ranges`, () => {
      fc.assert(
        fc.property(ranges, (its) => {
          const found = readCharacters(fontWith(format, its));
          assert.equal(
            found.size,
            its.reduce((sum, [from, to]) => sum + to - from + 1, 0),
          );
          for (const [from, to] of its) assert.ok(found.has(from) && found.has(to));
        }),
        { numRuns: 30 },
      );
    });
  }

  test('in format 4, glyph 0 of the array means that the character is missing', () => {
    const found = readCharacters(fontWith(4, [[0x41, 0x44]], [7, 0, 9, 0]));
    assert.deepEqual(found, new Set([0x41, 0x43]));
  });
});

/**
 * Makes a font that has only a cmap table. With `glyphs`, the single range of format 4 takes them from its
 * array.
 */
function fontWith(
  format: 4 | 12,
  its: readonly (readonly [number, number])[],
  glyphs?: readonly number[],
): Uint8Array {
  const subtable = format === 4 ? format4(its, glyphs) : format12(its);
  const head = Buffer.alloc(28);
  head.writeUInt32BE(0x00010000, 0);
  head.writeUInt16BE(1, 4);
  head.write('cmap', 12, 'latin1');
  head.writeUInt32BE(28, 20);
  const table = Buffer.alloc(12);
  table.writeUInt16BE(1, 2);
  table.writeUInt16BE(3, 4);
  table.writeUInt16BE(format === 4 ? 1 : 10, 6);
  table.writeUInt32BE(12, 8);
  return Buffer.concat([head, table, subtable]);
}

function format4(its: readonly (readonly [number, number])[], glyphs: readonly number[] = []): Buffer {
  const segments = [...its, [0xffff, 0xffff] as const];
  const words = [4, 0, 0, segments.length * 2, 0, 0, 0];
  words.push(...segments.map(([, to]) => to), 0, ...segments.map(([from]) => from));
  // This delta gives the first character of a segment glyph 1, unless the array says otherwise.
  words.push(...segments.map(([from]) => (glyphs.length > 0 ? 0 : (1 - from) & 0xffff)));
  words.push(
    ...segments.map((_, index) => (glyphs.length > 0 && index === 0 ? segments.length * 2 : 0)),
    ...glyphs,
  );
  const table = Buffer.alloc(words.length * 2);
  for (const [index, word] of words.entries()) table.writeUInt16BE(word, index * 2);
  return table;
}

function format12(its: readonly (readonly [number, number])[]): Buffer {
  const table = Buffer.alloc(16 + its.length * 12);
  table.writeUInt16BE(12, 0);
  table.writeUInt32BE(its.length, 12);
  for (const [index, [from, to]] of its.entries()) {
    table.writeUInt32BE(from, 16 + index * 12);
    table.writeUInt32BE(to, 20 + index * 12);
    table.writeUInt32BE(1, 24 + index * 12);
  }
  return table;
}
