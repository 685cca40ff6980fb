import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createEngine } from '#adapters/handlebars/engine/engine.ts';
import { cssString } from '#adapters/handlebars/engine/format.ts';
import { createSources, readShippedTemplates } from '#adapters/handlebars/engine/sources.ts';
import { UNIT_NAMES } from '#core/domain/units.ts';
import { Fault } from '#core/errors.ts';
import { TEMPLATES } from '#test/adapters/handlebars/templates-folder.ts';

const shipped = readShippedTemplates(TEMPLATES);
const sources = createSources(shipped);
const engines = { de: createEngine(sources, 'de'), en: createEngine(sources, 'en') };
const both = (source: string, context: object = {}) => [
  engines.de.text(source)(context),
  engines.en.text(source)(context),
];

describe('figures and days in German and English', () => {
  const cases: [string, string, string][] = [
    ['{{money 123456}}', '1.234,56', '1,234.56'],
    ['{{money -5}}', '-0,05', '-0.05'],
    ['{{money 0}}', '0,00', '0.00'],
    ['{{money 123456789012}}', '1.234.567.890,12', '1,234,567,890.12'],
    ['{{euro 100000}}', '1.000,00\u00a0€', '€1,000.00'],
    ['{{euro -4050}}', '-40,50\u00a0€', '-€40.50'],
    ['{{quantity 3275}}', '3,275', '3.275'],
    ['{{quantity -12500}}', '-12,5', '-12.5'],
    ['{{quantity 1000000}}', '1.000', '1,000'],
    ['{{unitPrice 8915}}', '0,8915', '0.8915'],
    ['{{unitPrice 12500}}', '1,25', '1.25'],
    ['{{unitPrice 30000}}', '3,00', '3.00'],
    ['{{unitPrice 12510}}', '1,251', '1.251'],
    ['{{percent 1900}}', '19\u00a0%', '19%'],
    ['{{percent 250}}', '2,5\u00a0%', '2.5%'],
    ['{{rate 1070}}', '10,7', '10.7'],
    ['{{day "2026-10-31"}}', '31.10.2026', '31 Oct 2026'],
    ['{{day "2026-03-01"}}', '01.03.2026', '1 Mar 2026'],
    ['{{unit "box"}}', 'Karton', 'box'],
    ['{{upper (country "AT")}}', 'ÖSTERREICH', 'AUSTRIA'],
    ['{{iban "DE02120300000000202051"}}', 'DE02 1203 0000 0000 2020 51', 'DE02 1203 0000 0000 2020 51'],
    [
      '{{maskedIban "DE02 1203 0000 0000 2020 51"}}',
      'DE02 **** **** **** **20 51',
      'DE02 **** **** **** **20 51',
    ],
  ];
  for (const [source, german, english] of cases) {
    test(source, () => assert.deepEqual(both(source), [german, english]));
  }

  test('a printed amount reads back as the number it was made from', () => {
    const back = (text: string) => Number(text.replaceAll('.', '').replace(',', ''));
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 13), max: 10 ** 13 }), (cents) => {
        assert.equal(back(engines.de.text('{{money x}}')({ x: cents })), cents + 0);
      }),
    );
  });

  test('the money helper refuses anything but a whole number', () => {
    for (const x of [1.5, Number.NaN, '12', undefined]) {
      assert.throws(() => engines.de.text('{{money x}}')({ x }), /{{money}} was given/);
    }
  });
});

describe('the template engine', () => {
  /** Fills a template that a test defines, with its partials. */
  const fill = (files: Record<string, string>, context: object, path = 'x.hbs') =>
    createEngine(createSources({ ...shipped, ...files }), 'de').file(path)(context);
  const refused = (files: Record<string, string>, context: object, message: RegExp) =>
    assert.throws(
      () => fill(files, context),
      (error) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.code, 'bad-settings');
        assert.match(error.message, message);
        return true;
      },
    );

  test('a template prints every value literally, escaped in HTML and as it is in text', () => {
    const name = `<b onclick="x">{{number}} & 'Söhne' \`=\`</b>`;
    const html = fill({ 'x.hbs': '<p>{{name}}</p>' }, { name });
    assert.doesNotMatch(html, /<b|'|"|`/);
    const text = html
      .replace(/&#x([0-9A-F]+);/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    assert.equal(text, `<p>${name}</p>`);
    assert.equal(engines.de.text('{{name}}')({ name }), name);
    const inPartial = { 'x.txt.hbs': '{{> p}}', 'partials/p.hbs': '{{name}}' };
    assert.equal(
      fill(inPartial, { name }, 'x.txt.hbs'),
      name,
      'a text is not escaped in its partials either',
    );
  });

  test('a name that does not exist is an error with its line and column, wherever it is used', () => {
    const at = (line: number, column: number, reason: string) =>
      new RegExp(`^x\\.hbs, line ${line}, column ${column}: ${reason}`);
    const wrong = '"nmae" is not a field here';
    refused({ 'x.hbs': 'a\n{{nmae}}' }, { name: 'x' }, at(2, 3, wrong));
    refused({ 'x.hbs': '{{upper nmae}}' }, { name: 'x' }, at(1, 9, wrong));
    refused({ 'x.hbs': '\n\n{{#if nmae}}{{/if}}' }, { name: 'x' }, at(3, 7, wrong));
    refused({ 'x.hbs': '{{#each list}}\n{{@root.nmae}}{{/each}}' }, { list: [1] }, at(2, 3, wrong));
    refused({ 'x.hbs': '{{t "documents.placeSum" place=nmae}}' }, {}, at(1, 32, wrong));
    refused({ 'x.hbs': '{{mony 1}}' }, {}, at(1, 1, '"mony" is not a helper'));
    refused(
      { 'x.hbs': '{{t "documents.nope"}}' },
      {},
      at(1, 1, 'labels/de.json has no label "documents.nope"'),
    );
    refused({ 'x.hbs': '{{t "documents.note" number=1}}' }, {}, at(1, 1, 'the label "documents.note"'));
    refused(
      { 'x.hbs': '\n{{money x}}' },
      { x: '12' },
      at(2, 1, '{{money}} was given "12", not a whole number'),
    );
    refused({ 'x.hbs': '{{day x}}' }, { x: undefined }, at(1, 1, '{{day}} was given nothing, not a text'));
    refused({ 'x.hbs': '{{> nope}}' }, {}, /^x\.hbs: there is no partials\/nope\.hbs$/);
  });

  test('an error inside a partial names the line in the partial', () => {
    const files = { 'x.hbs': '\n\n\n{{> outer}}', 'partials/outer.hbs': '\n{{> inner}}' };
    const place = (line: number) => new RegExp(`^partials/inner\\.hbs, line ${line}, column \\d`);
    refused({ ...files, 'partials/inner.hbs': '{{nmae}}' }, {}, place(1));
    refused({ ...files, 'partials/inner.hbs': '\n\n{{money nmae}}' }, { nmae: 1.5 }, place(3));
    refused({ ...files, 'partials/inner.hbs': '{{#if x}}\n{{/each}}' }, {}, place(1));
  });

  test('a source that is no valid Handlebars is refused with its line', () => {
    const cases: [string, RegExp][] = [
      ['a\n{{#if x}}\n{{#each y}}{{/each}}', /line 2, column 1: the block {{#if}} is never closed/],
      ['a\n{{x', /line 2, column 1: this {{ is never closed/],
      ['{{x}}\n{{/if}}', /line 2: this closes a block that was not opened/],
      ['\n{{#if x}}\n{{/each}}', /line 2, column 4: {{#if}} is closed by {{\/each}}/],
      ['\n{{x <p>}}', /line 2: this is no Handlebars \(a character/],
    ];
    for (const [source, message] of cases) refused({ 'x.hbs': source }, {}, message);
  });

  test('a value in a CSS string can end neither its quotes nor the style element', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const css = cssString(text);
        assert.match(css, /^"(?:[^"\\<\n]|\\[0-9a-f]{1,6} )*"$/u);
        const back = css
          .slice(1, -1)
          .replace(/\\([0-9a-f]+) /g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)));
        assert.equal(back, text);
      }),
    );
  });
});

describe('the label files', () => {
  const read = (language: string) => JSON.parse(readFileSync(`${TEMPLATES}/labels/${language}.json`, 'utf8'));
  const names = (value: unknown, path = ''): string[] =>
    typeof value === 'string'
      ? [`${path} ${[...value.matchAll(/\{\w+\}/g)].map(([placeholder]) => placeholder).sort()}`]
      : Object.entries(value as object).flatMap(([key, inner]) => names(inner, `${path}.${key}`));

  test('every language has the labels and placeholders that German has, and a word for each unit', () => {
    for (const language of sources.languages) {
      const { format: _, ...labels } = read(language);
      const { format: __, ...german } = read('de');
      assert.deepEqual(names(labels), names(german), language);
      assert.deepEqual(Object.keys(labels.units).sort(), UNIT_NAMES.toSorted(), language);
    }
  });
});
