import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { exampleFile, exampleInvoice, exampleNames } from './examples.ts';

// UPDATE=1 writes what the program makes of each order, for review with `git diff`; see README.md beside this
// file.
for (const name of exampleNames()) {
  test(`example ${name}: the invoice is right to the cent`, (context) => {
    const file = exampleFile(name, 'invoice.json');
    const actual = `${JSON.stringify(exampleInvoice(name), null, 2)}\n`;
    const expected = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
    if (process.env.UPDATE) {
      if (actual !== expected) context.diagnostic(`${name}/invoice.json was written anew`);
      writeFileSync(file, actual);
      return;
    }
    assert.deepEqual(JSON.parse(actual), JSON.parse(expected));
  });
}
