import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { letter, printed } from '#test/contracts/printer-contract.ts';
import { descendants, isRunning, until } from '#test/support/process/processes.ts';
import { FONTS } from './fonts.ts';

const PROGRAM = new URL('print-and-wait.ts', import.meta.url).pathname;
/** A document that takes a while to print, but less than the time limit. */
const SLOW = { name: 'slow', html: `<table>${'<tr><td>x<td>y'.repeat(5_000)}</table>` };

const browsers = (root: number) =>
  descendants(root).filter(
    ({ command }) => command.includes('--user-data-dir') && !command.includes('--type='),
  );
/** Finds renderers at work: one that has only started or is kept in reserve has used less processor time. */
const busyRenderers = (root: number) =>
  descendants(root).filter(
    ({ command, cpuSeconds }) => command.includes('--type=renderer') && cpuSeconds > 0.4,
  );
const kill = (processes: readonly { pid: number }[]) => {
  for (const { pid } of processes) process.kill(pid, 'SIGKILL');
};

describe('the processes of the browser', { skip: process.platform !== 'linux' && 'looks into /proc' }, () => {
  test('the browser ends when this program is killed, and the next start removes the folder that it left', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'killed-'));
    const start = () =>
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    const folders = async () =>
      (await readdir(temporary)).filter((name) => name.startsWith('rechnungspost-chrome-'));
    const killed = start();
    assert.equal(String((await once(killed.stdout, 'data'))[0]).trim(), 'printed');
    const left = descendants(killed.pid!);
    assert.ok(left.length >= 2, 'a browser and its renderer');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await until('the browser ends', () => left.every(({ pid }) => !isRunning(pid)));

    const abandoned = await folders();
    assert.equal(abandoned.length, 1);
    const next = start();
    await once(next.stdout, 'data');
    const now = await folders();
    assert.equal(now.length, 1);
    assert.notDeepEqual(now, abandoned);
    const its = descendants(next.pid!);
    next.kill('SIGKILL');
    await until('the browser ends', () => its.every(({ pid }) => !isRunning(pid)));
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  });

  test('on Lambda the browser runs as a single process', async () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
      env: { ...process.env, AWS_LAMBDA_FUNCTION_NAME: 'documents' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(String((await once(child.stdout, 'data'))[0]).trim(), 'printed');
    const commands = descendants(child.pid!).map(({ command }) => command);
    assert.ok(commands.some((command) => command.includes('--single-process')));
    assert.ok(!commands.some((command) => command.includes('--type=renderer')));
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('closing the printer ends the browser and removes its folder', async () => {
    const own = async () => (await readdir(tmpdir())).filter((name) => name.includes(`-${process.pid}-`));
    const printer = createChromePrinter({ fontsFolder: FONTS });
    printed((await printer.render([letter('x')]))[0]);
    assert.equal((await own()).length, 1);
    const running = descendants(process.pid);
    assert.equal(browsers(process.pid).length, 1);
    await printer.close();
    await until('the browser ends', () => running.every(({ pid }) => !isRunning(pid)));
    assert.deepEqual(await own(), []);
  });

  test('a document whose page crashes once is printed by a fresh browser', async () => {
    const printer = createChromePrinter({ fontsFolder: FONTS });
    printed((await printer.render([letter('warm')]))[0]);
    const [first] = browsers(process.pid);
    const results = printer.render([SLOW, letter('after')]);
    await until('the page is at work', () => busyRenderers(process.pid).length > 0);
    kill(busyRenderers(process.pid));
    assert.ok(printed((await results)[0]).pages > 50);
    assert.equal(printed((await results)[1]).pages, 1);
    assert.notEqual(browsers(process.pid)[0]!.pid, first!.pid);
    await printer.close();
  });

  test('a document that crashes every browser fails, and the other documents are printed', async () => {
    const printer = createChromePrinter({ fontsFolder: FONTS });
    printed((await printer.render([letter('warm')]))[0]);
    const results = printer.render([SLOW, letter('after')]);
    for (const page of ['first', 'second']) {
      await until(`the ${page} page is at work`, () => busyRenderers(process.pid).length > 0);
      kill(busyRenderers(process.pid));
      await until(`the ${page} page is gone`, () => busyRenderers(process.pid).length === 0);
    }
    const [failed, after] = await results;
    if (failed?.ok !== false) assert.fail('it was printed');
    // The crash is reported in one way if the page died during layout and in another if it died while
    // printing.
    assert.match(failed.reason, /^slow could not be printed: (?:the page crashed|.*Printing failed)$/);
    assert.equal(printed(after).pages, 1);
    await printer.close();
  });

  test('a browser that was killed between two print jobs is replaced without an error', async () => {
    const printer = createChromePrinter({ fontsFolder: FONTS });
    printed((await printer.render([letter('warm')]))[0]);
    kill(browsers(process.pid));
    assert.equal(printed((await printer.render([letter('after')]))[0]).pages, 1);
    await printer.close();
  });
});
