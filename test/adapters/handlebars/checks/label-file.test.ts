import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLabelFile } from '#adapters/handlebars/checks/label-file.ts';
import { TEMPLATES } from '#test/adapters/handlebars/templates-folder.ts';

const texts = (source: string) =>
  Object.fromEntries([...readLabelFile('x.json', source)].map(([name, { text }]) => [name, text]));

/** Flattens a value that JSON's own parser made to dotted names; undefined if it holds anything but texts. */
function flat(
  value: unknown,
  name = '',
  into: Record<string, string> = {},
): Record<string, string> | undefined {
  if (typeof value === 'string') into[name] = value;
  else if (value === null || typeof value !== 'object') return undefined;
  else {
    for (const [key, inner] of Object.entries(value)) {
      if (!flat(inner, name === '' ? key : `${name}.${key}`, into)) return undefined;
    }
  }
  return into;
}

test('the shipped label files are read as JSON.parse reads them', () => {
  for (const language of ['de', 'en']) {
    const source = readFileSync(join(TEMPLATES, `labels/${language}.json`), 'utf8');
    assert.deepEqual(texts(source), flat(JSON.parse(source)));
  }
});

test('the reader accepts exactly what JSON accepts, as long as all values are texts', () => {
  const model = '{"a":"x\\n\\"y","b":{"c":"{d}","e":[",","]"]}}';
  const pieces = [...'{}[]:,"\\ \n', 'null', '1', '"k"', ''];
  const slips = fc.array(fc.tuple(fc.nat(model.length), fc.nat(2), fc.constantFrom(...pieces)), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(slips, (changes) => {
      const source = changes.reduce(
        (text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length),
        model,
      );
      let wanted: Record<string, string> | undefined;
      try {
        const value: unknown = JSON.parse(source);
        wanted = Array.isArray(value) || typeof value === 'string' ? undefined : flat(value);
      } catch {
        wanted = undefined;
      }
      if (wanted) {
        let read: Record<string, string>;
        try {
          read = texts(source);
        } catch (error) {
          return assert.match((error as Error).message, /there twice/);
        }
        assert.deepEqual(read, wanted);
      } else assert.throws(() => texts(source), /^TemplateFault: x\.json, line \d+: /);
    }),
    { numRuns: 2000 },
  );
});

test('each text of a label file knows its line, and each error names its line', () => {
  const labels = readLabelFile('x.json', '{\n"a": {\n"b": "1",\n\n"c": ["2",\n"3"] } }');
  assert.deepEqual(
    [...labels].map(([name, { line }]) => [name, line]),
    [
      ['a.b', 3],
      ['a.c.0', 5],
      ['a.c.1', 6],
    ],
  );
  const cases: [string, string][] = [
    ['{\n"a": "1"\n"b": "2"\n}', 'x.json, line 3: here must be a ,, not "b"'],
    ['{\n"a": "1",\n}', 'x.json, line 3: here must be a text in quotes, not }'],
    ['{\n"a": 1\n}', 'x.json, line 2: here must be a text in quotes, not 1'],
    ['{\n"a": "1"\n', 'x.json, line 2: here must be a ,, but the file ends'],
    ['{\n"a": "1",\n"a": "2"}', 'x.json, line 3: the label "a" is there twice'],
    ['{}\n{}', 'x.json, line 2: nothing may follow the last }, not {'],
  ];
  for (const [source, message] of cases) {
    assert.throws(
      () => texts(source),
      (error) => (error as Error).message === message,
      message,
    );
  }
});
