import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFontCoverage } from '#adapters/fonts/coverage.ts';
import { readShippedTemplates } from '#adapters/handlebars/engine/sources.ts';
import { createTemplateEngine } from '#adapters/handlebars/template-engine.ts';
import { Fault } from '#core/errors.ts';
import { documentOf, sampleOf } from '#core/templates/sample-documents.ts';
import { TEMPLATES } from './templates-folder.ts';

const shipped = readShippedTemplates(TEMPLATES);
const engine = createTemplateEngine(TEMPLATES, createFontCoverage(`${TEMPLATES}/fonts`));
const bytes = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
const accept = (files: Readonly<Record<string, string>>) => engine.accept(bytes(files));
const problemsOf = (files: Readonly<Record<string, string | Uint8Array>>): readonly string[] => {
  const texts = Object.entries(files).map(([path, text]) => [
    path,
    typeof text === 'string' ? new TextEncoder().encode(text) : text,
  ]);
  try {
    engine.accept(Object.fromEntries(texts));
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.code, 'bad-input');
    assert.ok(error.message.includes(error.details[0]!), error.message);
    return error.details;
  }
  return [];
};

/** Gives a shipped file with one piece replaced, and the line on which that piece stands. */
function changed(path: string, from: string, to: string): { text: string; line: number } {
  const source = shipped[path]!;
  assert.ok(source.includes(from), `${from} in ${path}`);
  const line = source.slice(0, source.indexOf(from)).split('\n').length;
  return { text: source.replace(from, to), line };
}

describe('templates that are accepted', () => {
  test('the shipped files are accepted, unchanged as no own templates, and changed as own templates', () => {
    assert.deepEqual(accept(shipped), {});
    const comment = (path: string, text: string) => [
      path,
      path.endsWith('.hbs') ? `${text}{{! mine }}` : `${text} `,
    ];
    const all = Object.fromEntries(Object.entries(shipped).map(([path, text]) => comment(path, text)));
    assert.deepEqual(Object.keys(accept(all)).sort(), Object.keys(shipped).sort());
  });

  test('an own file replaces the shipped one, and all others stay', () => {
    const own = accept({
      'partials/payment.hbs':
        '<p>{{> slogan of="Milch"}}{{#each totals.vatRows as |row|}}{{percent row.rate}}{{/each}}</p>',
      'partials/slogan.hbs': 'Frische {{of}} für {{customer.name}}',
    });
    const { html } = documentOf('invoice', sampleOf('usual', 'de'), engine.open(own));
    assert.match(html, /<p>Frische Milch für Hotel Alpenblick19\u00a0%7\u00a0%<\/p>/);
    assert.match(html, /<h1>Rechnung 2026000123<\/h1>/);
    assert.doesNotMatch(html, /Bitte überweisen/);
  });

  test('a label file adds a further language', () => {
    const french = shipped['labels/en.json']!.replace('"Invoice"', '"Facture"').replace(
      '"{d} {month} {yyyy}"',
      '"{dd}/{mm}/{yyyy}"',
    );
    const templates = engine.open(accept({ 'labels/fr.json': french }));
    assert.deepEqual(templates.languages, ['de', 'en', 'fr']);
    const sample = sampleOf('abroad', 'fr');
    const { html } = documentOf('invoice', sample, templates);
    for (const text of [
      '<h1>Facture 2026000123</h1>',
      '<td>31/10/2026</td>',
      'AUTRICHE',
      '<html lang="fr">',
    ]) {
      assert.ok(html.includes(text), text);
    }
    assert.match(
      documentOf('invoice', sample, engine.open({})).html,
      /Invoice 2026000123/,
      'English without it',
    );
  });

  test('Windows line ends do not make a file different from the shipped one', () => {
    assert.deepEqual(accept({ 'invoice.hbs': shipped['invoice.hbs']!.replaceAll('\n', '\r\n') }), {});
  });
});

describe('templates that are refused with file, line and reason', () => {
  test('a field that does not exist is refused, and the error suggests the field that was meant', () => {
    const { text, line } = changed('invoice.hbs', '{{customer.number}}', '{{custmer.number}}');
    const [problem, ...others] = problemsOf({ 'invoice.hbs': text });
    assert.match(
      problem!,
      new RegExp(
        `^invoice\\.hbs, line ${line}, column \\d+: "custmer\\.number" is not a field here, did you mean "customer"\\?$`,
      ),
    );
    assert.deepEqual(others, []);
  });

  test('a wrong field is found in a branch that no sample reaches and in a partial of a partial', () => {
    const branch =
      '{{#if (is customer.country "CH")}}\n{{#each totals.vatRows}}{{nett}}{{@root.totl}}{{../../x}}{{/each}}{{/if}}';
    assert.deepEqual(problemsOf({ 'partials/payment.hbs': `{{> own}}`, 'partials/own.hbs': branch }), [
      'partials/own.hbs, line 2, column 27: "nett" is not a field here, did you mean "net"?',
      'partials/own.hbs, line 2, column 35: "@root.totl" is not a field here',
      'partials/own.hbs, line 2, column 49: "../../x" is not a field here: nothing is above it',
    ]);
  });

  test('a value that is only sometimes there must not be printed without asking for it first', () => {
    const { text, line } = changed('invoice.hbs', '<h1>', '<h1>{{day skonto.until}}');
    assert.deepEqual(problemsOf({ 'invoice.hbs': text }), [
      `invoice.hbs, line ${line}, column 11: nothing is there that "until" could be of: ask with {{#if}} first`,
    ]);
    assert.deepEqual(problemsOf({ 'partials/legal.hbs': '<p>\n{{day period.from}}' }), [
      'partials/legal.hbs, line 2, column 7: nothing is there that "from" could be of: ask with {{#if}} first',
    ]);
  });

  test('the faults of several files are reported together', () => {
    const problems = problemsOf({
      'partials/payment.hbs': '\n{{totls.net}}{{mony 1}}{{> nope}}',
      'partials/legal.hbs': '{{#if categories.K}}\n{{t "documents.legal.KK"}}{{t "documents.note" number=1}}',
      'mail/invoice.txt.hbs': '{{greting}}',
      'delivery-note.hbs': '<html><head></head></html>',
    });
    assert.deepEqual(problems, [
      'partials/legal.hbs, line 1, column 1: the block {{#if}} is never closed',
      'partials/payment.hbs, line 2, column 3: "totls.net" is not a field here, did you mean "totals"?',
      'partials/payment.hbs, line 2, column 16: "mony" is not a helper, did you mean "money"?',
      'partials/payment.hbs, line 2, column 24: there is no partials/nope.hbs',
      'mail/invoice.txt.hbs, line 1, column 3: "greting" is not a field here, did you mean "greeting"?',
      'delivery-note.hbs, line 1, column 7: its head must contain <meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:">, as {{> document-head}} does',
    ]);
  });

  test('a label that does not exist, or does not get its placeholders, is refused', () => {
    const source =
      '{{t "documents.legal.KK"}}\n{{t "documents.note" number=1}}\n{{t (concat "documents." customer.country)}}';
    const problems = problemsOf({ 'partials/legal.hbs': source });
    assert.deepEqual(problems, [
      'partials/legal.hbs, line 1, column 1: labels/de.json has no label "documents.legal.KK"',
      'partials/legal.hbs, line 2, column 1: the label "documents.note" of labels/de.json wants {day}, which is not given here',
    ]);
    const composed = '{{t (concat "documents." customer.country)}}';
    assert.deepEqual(problemsOf({ 'partials/legal.hbs': composed }), [
      'partials/legal.hbs, line 1, column 1: labels/de.json has no label "documents.DE"',
    ]);
  });

  test('scripts, fetched pictures, frames, unescaped values and undrawable characters are refused', () => {
    const cases: [string, string, string][] = [
      ['script', '<p>\n<script>', 'line 2, column 1: scripts do not run: take <script> out'],
      [
        'triple',
        '\n{{{customer.name}}}',
        'line 2, column 1: {{{ }}} and {{& }} print without escaping: write {{ }}',
      ],
      [
        'ampersand',
        '{{& customer.name}}',
        'line 1, column 1: {{{ }}} and {{& }} print without escaping: write {{ }}',
      ],
      [
        'picture',
        '<img src="https://x.example/a.png">',
        'line 1, column 6: nothing is fetched: put the picture in as a data: address',
      ],
      [
        'style',
        '<i style="background:\nurl(//x.example/a.png)">',
        'line 2, column 1: nothing is fetched: put the picture in as a data: address',
      ],
      ['frame', '<iframe>', 'line 1, column 1: nothing is fetched or nested: take this element out'],
      ['snow', 'Gute\nMilch ☃', 'line 2, column 7: no font of the documents draws "☃"; replace it'],
      [
        'block',
        '{{#rows}}{{/rows}}',
        'line 1, column 1: {{#rows}} is no block as it stands here: there are {{#if x}}, {{#unless x}}, {{#each x}}, {{#with x}}',
      ],
      ['itself', '{{> itself}}', 'line 1, column 1: {{> itself}} includes itself'],
      [
        'inline',
        '{{#*inline "x"}}{{/inline}}',
        'line 1, column 1: only blocks and {{> partial}} are known here',
      ],
    ];
    const files = Object.fromEntries(cases.map(([name, source]) => [`partials/${name}.hbs`, source]));
    const problems = problemsOf(files);
    for (const [name, , problem] of cases) {
      assert.deepEqual(
        problems.filter((one) => one.startsWith(`partials/${name}.hbs`)),
        [`partials/${name}.hbs, ${problem}`],
      );
    }
  });

  test('a value that a helper cannot take is refused', () => {
    const files = {
      'partials/letterhead.hbs': '{{money customer.name}}',
      'partials/address.hbs': '{{euro customer}}',
    };
    assert.deepEqual(problemsOf(files), [
      'partials/letterhead.hbs, line 1, column 1: {{money}} was given "Hotel Alpenblick", not a whole number',
    ]);
    assert.deepEqual(problemsOf({ 'partials/address.hbs': files['partials/address.hbs'] }), [
      'partials/address.hbs, line 1, column 1: {{euro}} was given several things, not a whole number',
    ]);
  });

  test('a label file is refused for missing or unknown labels and for wrong placeholders', () => {
    const { text, line } = changed('labels/en.json', '"total":', '"totl":');
    const amount = changed('labels/de.json', '{amount}\u00a0€', 'Euro');
    const day = changed('labels/de.json', '{dd}.{mm}.{yyyy}', '{day}');
    const snow = changed('labels/de.json', '"Rechnungsbetrag"', '"Rechnungsbetrag ☃"');
    assert.deepEqual(problemsOf({ 'labels/en.json': text }), [
      'labels/en.json: the label "documents.total" is missing',
      `labels/en.json, line ${line}: there is no label "documents.totl", did you mean "documents.total"?`,
    ]);
    assert.deepEqual(problemsOf({ 'labels/de.json': amount.text }), [
      `labels/de.json, line ${amount.line}: the label "format.euro" must contain {amount}`,
    ]);
    assert.deepEqual(problemsOf({ 'labels/nl.json': day.text }), [
      `labels/nl.json, line ${day.line}: the label "format.day" has no placeholder {day}; there is {d}, {dd}, {mm}, {month}, {yyyy}`,
    ]);
    const [undrawable, ...others] = problemsOf({ 'labels/de.json': snow.text });
    assert.match(
      undrawable!,
      new RegExp(`^labels/de\\.json, line ${snow.line}, column \\d+: no font .* draws "☃"`),
    );
    assert.deepEqual(others, []);
    const mail = changed('labels/de.json', '"Freundliche Grüße"', '"Freundliche Grüße ☃"');
    assert.deepEqual(problemsOf({ 'labels/de.json': mail.text }), [], 'a mail is drawn by its reader');
  });

  test('files that are no templates, or are too large, are refused', () => {
    const latin = Uint8Array.from(
      [...shipped['labels/de.json']!].map((character) => character.charCodeAt(0) & 0xff),
    );
    assert.deepEqual(
      problemsOf({
        'fonts/Mine.ttf': '',
        'invioce.hbs': '',
        'labels/french.json': '{}',
        'partials/My Partial.hbs': '',
        'notes.docx': '',
        'labels/de.json': latin,
        'delivery-note.hbs': ' '.repeat(1_000_001),
      }),
      [
        'fonts/Mine.ttf: fonts cannot be replaced, since every text is checked against the shipped ones: take it out',
        'invioce.hbs: it is no template of this program, did you mean "invoice.hbs"?',
        'labels/french.json: a label file is named after its language, as fr.json',
        'partials/My Partial.hbs: a partial is named in small letters, digits and hyphens, and ends in .hbs',
        'notes.docx: it is no template of this program: take it out',
        'labels/de.json: it is not in UTF-8: save it anew in UTF-8',
        'delivery-note.hbs: it is larger than 1 MB',
      ],
    );
  });

  test('templates that do not fit a later version of the program are refused when they are opened', () => {
    assert.throws(
      () => engine.open({ 'partials/legal.hbs': '{{gone}}' }),
      (error) =>
        error instanceof Fault &&
        error.code === 'bad-settings' &&
        /do not fit this version.*partials\/legal\.hbs, line 1, column 3: "gone" is not a field here/.test(
          error.message,
        ),
    );
  });
});
