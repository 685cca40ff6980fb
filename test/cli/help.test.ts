import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';

/** Whatever was imported, by what its importer calls it. */
const imported: string[] = [];
registerHooks({
  resolve(specifier, context, next) {
    imported.push(specifier);
    return next(specifier, context);
  },
});
const { COMMANDS } = await import('#cli/main.ts');
const { say } = await import('./say.ts');

const folder = makeTempFolder();
after(folder.remove);
process.env.DATA_DIR = join(folder.path, 'data');

describe('help', () => {
  it('of all commands is given for help, --help and -h, and for nothing typed, which is refused', async () => {
    const all = await say('help');
    assert.deepEqual([all.code, all.stderr], [0, '']);
    for (const name of Object.keys(COMMANDS)) {
      assert.ok(all.stdout.includes(`npm run cli -- ${name}`), name);
    }
    for (const argv of [['--help'], ['-h'], ['help', '--help'], ['help', 'help'], ['--aws', 'help']]) {
      assert.deepEqual(await say(...argv), all, argv.join(' '));
    }
    assert.deepEqual(await say(), { ...all, code: 2 });
    const json = await say('--help', '--json');
    assert.deepEqual(JSON.parse(json.stdout), { commands: Object.keys(COMMANDS) });
  });

  it('of one command is given wherever it is asked for, whatever else is wrong', async () => {
    const one = await say('help', 'cancel');
    assert.equal(one.code, 0);
    assert.match(one.stdout, /^ {2}npm run cli -- cancel NUMBER .*\n {6}takes an invoice back/);
    assert.match(one.stdout, /^ {2}NUMBER \(required\)\n {6}the issued invoice/m);
    assert.match(one.stdout, /^ {2}--output pdf\|print\|screen\n {6}pdf mails/m);
    assert.ok(!one.stdout.includes('npm run cli -- run'), 'other commands are left out');
    for (const argv of [
      ['cancel', '--help'],
      ['cancel', '-h'],
      ['--help', 'cancel'],
      ['cancel', '1', '2', '--nonsense', '--help'],
      ['cancel', '--aws', '--help'],
      ['cancel', '--reason', '--help'],
    ]) {
      assert.deepEqual(await say(...argv), one, argv.join(' '));
    }
  });

  it('of one command as JSON has what is typed, its words and its options', async () => {
    const { code, stdout } = await say('print-file', '--help', '--json');
    const help = JSON.parse(stdout);
    assert.deepEqual([code, Object.keys(help)], [0, ['command', 'usage', 'words', 'options']]);
    assert.deepEqual(help.words, [{ typed: 'RUN', does: 'the run, as report lists it', required: true }]);
    assert.deepEqual(
      help.options.map(({ typed }: { typed: string }) => typed),
      ['--to FILE', '--aws STAGE', '--json'],
    );
  });

  it('is no option after a double hyphen', async () => {
    const { code, stderr } = await say('report', '--', '--help');
    assert.equal(code, 2);
    assert.match(stderr, /^RUN "--help" must be the id of a run/);
  });

  it('neither makes the data folder nor loads what talks to AWS', () => {
    assert.ok(!existsSync(process.env.DATA_DIR!));
    assert.ok(imported.includes('zod'), 'imports are seen');
    assert.deepEqual(
      imported.filter((specifier) => specifier.startsWith('@aws-sdk/')),
      [],
    );
  });
});
