import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fillSamples, readShipped } from '#adapters/handlebars/checks/check-templates.ts';
import { fieldNames } from '#adapters/handlebars/checks/shapes.ts';
import { helperNames } from '#adapters/handlebars/engine/engine.ts';
import { TEMPLATES } from './templates-folder.ts';

const page = readFileSync(join(TEMPLATES, 'README.md'), 'utf8');
const shipped = readShipped(TEMPLATES);
const codes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/**
 * Reads the fields from the tables `| of | fields | meaning |` under each heading that names the template.
 */
function documentedFields(template: string): string[] {
  const chapter = page.slice(page.indexOf('## Fields'), page.indexOf('## Helpers'));
  return chapter
    .split(/^### /m)
    .slice(1)
    .filter((section) => codes(section.split('\n')[0]!).includes(template))
    .flatMap((section) => section.split('\n').filter((line) => line.startsWith('| ')))
    .flatMap((row) => {
      const [, of = '', fields = ''] = row.split('|');
      const names = codes(fields).flatMap((code) => code.split(' '));
      const things = codes(of);
      return things.length === 0 ? names : things.flatMap((thing) => names.map((name) => `${thing}.${name}`));
    });
}

/**
 * Tells a row of the invoice that repeats the place or note it is a heading of; the page describes it in
 * words.
 */
const isRepeated = (name: string) => /^(?:rows|lastRows)\[\]\.(?:notes|lines)\[\]/.test(name);

for (const [template, shape] of fillSamples(shipped.sources).shapes) {
  test(`the page names every field of ${template}, and no other`, () => {
    const there = fieldNames(shape).filter((name) => !isRepeated(name));
    const documented = documentedFields(template);
    assert.deepEqual(
      {
        missing: there.filter((name) => !documented.includes(name)),
        wrong: documented.filter((name) => !there.includes(name)),
        twice: documented.filter((name, index) => documented.indexOf(name) !== index),
      },
      { missing: [], wrong: [], twice: [] },
    );
  });
}

test('the page names every helper, and no other', () => {
  const rows = page
    .slice(page.indexOf('## Helpers'))
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const named = rows.flatMap((row) =>
    codes(row.split('|')[1]!).flatMap((code) => /^(?:\{\{|\()(\w+)/.exec(code)?.[1] ?? []),
  );
  assert.deepEqual([...new Set(named)].sort(), helperNames(shipped.sources).sort());
});

test('the page names every template file', () => {
  const files = Object.keys(shipped.files).filter((path) => !/^(?:partials|labels)\//.test(path));
  for (const path of files) assert.ok(page.includes(`\`${path}\``), path);
});
