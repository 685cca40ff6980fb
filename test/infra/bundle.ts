import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { codeOf, functionsOf, synthesized } from '#test/support/aws/synthesized.ts';
import { bundleFunctions } from '../../infra/constructs/bundle.ts';

const assembly = await synthesized();
const functions = functionsOf(assembly.stack('prod', 'service'));
const bundles = Map.groupBy(functions, ([, one]) => codeOf(one, assembly));

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();

const isChrome = (folder: string): boolean => filesOf(folder).some((file) => file.endsWith('chromium.br'));

test('the bundle with the browser unpacks below 230 MB and contains the archives it unpacks', () => {
  const chrome = [...bundles].filter(([folder]) => isChrome(folder));
  assert.equal(chrome.length, 1);
  const [[folder, users]] = chrome as [(typeof chrome)[number]];
  assert.deepEqual(users.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).toSorted(), [
    'PrintDocuments',
    'PrintOnDemand',
  ]);
  const size = filesOf(folder).reduce((sum, file) => sum + readFileSync(join(folder, file)).length, 0);
  assert.ok(size < 230e6, `${size} bytes`);
  for (const archive of ['chromium.br', 'al2023.tar.br', 'swiftshader.tar.br']) {
    assert.ok(filesOf(folder).includes(join('node_modules/@sparticuz/chromium/bin', archive)), archive);
  }
  // The module is loaded from the bundle alone, without the packages that are installed around this
  // repository.
  const script = `import { inflate } from '@sparticuz/chromium'; if (!inflate) throw new Error('nothing there')`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
});

test('the other bundles are below 1.5 MB when they are uploaded', () => {
  const others = [...bundles.keys()].filter((folder) => !isChrome(folder));
  assert.equal(others.length, 5);
  for (const folder of others) {
    const size = filesOf(folder).reduce(
      (sum, file) => sum + deflateRawSync(readFileSync(join(folder, file))).length,
      0,
    );
    assert.ok(size < 1.5e6, `${folder}: ${size} bytes`);
  }
});

test('templates and fonts are in the bundles that make, plan or order documents or mails', () => {
  const withTemplates = functions
    .filter(([, one]) => filesOf(codeOf(one, assembly)).includes(join('templates', 'invoice.hbs')))
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))
    .toSorted();
  assert.deepEqual(withTemplates, ['Api', 'BillingRun', 'PrintDocuments', 'PrintOnDemand', 'SendMail']);
  for (const [folder] of bundles) {
    const files = filesOf(folder);
    const hasFonts = files.some((file) => file.endsWith('.ttf'));
    assert.equal(hasFonts, files.includes(join('templates', 'invoice.hbs')));
    assert.equal(
      files.includes(join('templates', 'fonts', 'OFL.txt')),
      hasFonts,
      'the licence goes with the fonts',
    );
  }
});

test('each bundle can be loaded without anything around it', () => {
  for (const [id, one] of functions) {
    const { Variables } = one.Properties.Environment;
    const entry = one.Properties.Handler.replace(/^index\./, '');
    const folder = codeOf(one, assembly);
    const script = `const { ${entry}: it } = await import('./index.mjs'); if (typeof it !== 'function') throw new Error('no ${entry}'); process.exit()`;
    const env = Object.fromEntries(Object.keys(Variables).map((name) => [name, 'https://sqs.test/any']));
    const run = () =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: folder,
        env: { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', LAMBDA_TASK_ROOT: folder, ...env },
        encoding: 'utf8',
      });
    assert.doesNotThrow(run, id);
  }
});

test('the same sources give the same bundles', async () => {
  using again = await bundleFunctions();
  for (const folder of bundles.keys()) {
    const code = readFileSync(join(folder, 'index.mjs'));
    const same = again.folders.filter((name) => readFileSync(join(again.of(name), 'index.mjs')).equals(code));
    assert.equal(same.length, 1);
    assert.deepEqual(filesOf(again.of(same[0]!)), filesOf(folder));
  }
});
