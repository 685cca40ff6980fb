import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { openShop } from '#test/support/process/cli.ts';

const PAGE = resolve(import.meta.dirname, '../../docs/http.md');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

test('the calls of docs/http.md work as they stand', {
  skip: !hasCurl && 'curl is not installed',
}, async (t) => {
  const calls = [...readFileSync(PAGE, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
    .map(([, call = '']) => call)
    .filter((call) => call.includes('curl'));
  assert.equal(calls.length, 3);
  const shop = openShop(t);
  const program = shop.start('start');
  const [, url = ''] = await program.says(/serves\s+(http:\/\/\S+)/);
  const run = (call: string) =>
    execFileSync('sh', ['-euc', call.replaceAll('http://127.0.0.1:3000', url)], {
      cwd: shop.dataDir,
      encoding: 'utf8',
    });
  const [invoice = '', note = '', list = ''] = calls;
  run(invoice);
  const pdf = readFileSync(join(shop.dataDir, 'invoice.pdf'));
  assert.match((await readPdf(pdf)).text, /Bergkäse[\s\S]*37,25/);
  run(invoice);
  assert.deepEqual(readFileSync(join(shop.dataDir, 'invoice.pdf')).equals(pdf), true, 'the same again');
  const put = JSON.parse(run(note)) as { id: string; net: string };
  assert.deepEqual([put.id, put.net], ['2026/ERP-1', '35.60']);
  const { items } = JSON.parse(run(list)) as { items: { delivery: { state: string } }[] };
  assert.equal(items.length, 5);
  assert.ok(items.every(({ delivery }) => delivery.state === 'to print'));
  program.process.kill('SIGTERM');
  const { code, stderr } = await program.ended;
  assert.deepEqual([code, stderr], [0, '']);
});
