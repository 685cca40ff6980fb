import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findBrowser, usualPlaces } from '#adapters/chrome/browser.ts';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { unpackChromium } from '#adapters/chrome/unpack.ts';
import { Fault } from '#core/errors.ts';
import { letter } from '#test/contracts/printer-contract.ts';
import { FONTS } from './fonts.ts';

const unavailable = (message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === 'unavailable' && message.test(error.message);

describe('the choice of the browser', () => {
  test('CHROME_PATH names the browser, and a path where no file lies is refused by name', async () => {
    assert.deepEqual(await findBrowser(process.execPath), {
      executable: process.execPath,
      libraries: undefined,
    });
    await assert.rejects(findBrowser('/no/such/chrome'), unavailable(/CHROME_PATH names \/no\/such\/chrome/));
  });

  test('a program that is no browser is named, and no temporary folder of the attempt is left behind', async () => {
    const own = async () => (await readdir(tmpdir())).filter((name) => name.includes(`-${process.pid}-`));
    const printer = createChromePrinter({ fontsFolder: FONTS, chromePath: '/bin/false' });
    await assert.rejects(
      printer.render([letter('x')]),
      unavailable(/\/bin\/false does not start: .*CHROME_PATH/),
    );
    assert.deepEqual(await own(), []);
    await printer.close();
  });

  test('the printer refuses to print when there are no fonts, so that no document comes out blank', {
    skip: process.platform !== 'linux',
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fontless-'));
    const printer = createChromePrinter({ fontsFolder: folder });
    await assert.rejects(printer.render([letter('x')]), unavailable(new RegExp(`no font in ${folder}`)));
    await printer.close();
    await rm(folder, { recursive: true });
  });

  test('the program knows the usual places of Chrome and Edge on each system', () => {
    assert.ok(
      usualPlaces('darwin', {}).includes('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'),
    );
    const windows = usualPlaces('win32', { ProgramFiles: 'C:\\Program Files' });
    assert.deepEqual(windows, [
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    ]);
    assert.ok(usualPlaces('linux', {}).includes('/usr/bin/chromium'));
  });

  const here = process.platform === 'linux' && process.arch === 'x64';
  test('two processes that unpack the browser at once get one whole browser, and a third finds it ready', {
    skip: !here,
  }, async () => {
    const cache = await mkdtemp(join(tmpdir(), 'unpack-'));
    const [one, other] = await Promise.all([unpackChromium(cache), unpackChromium(cache)]);
    assert.deepEqual(one, other);
    assert.deepEqual(await readdir(cache), [one.executable.split('/').at(-2)]);
    assert.ok((await readdir(one.libraries!)).includes('libnss3.so'));
    const start = performance.now();
    await unpackChromium(cache);
    assert.ok(performance.now() - start < 500);
    await rm(cache, { recursive: true });
  });

  test('where the browser cannot be unpacked, the error names the folder and CHROME_PATH as the remedy', {
    skip: !here,
  }, async () => {
    await assert.rejects(unpackChromium('/dev/null/cache'), unavailable(/\/dev\/null\/cache.*CHROME_PATH/));
  });
});
