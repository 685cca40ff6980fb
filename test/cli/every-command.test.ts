import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isFlag } from '#cli/command.ts';
import { COMMANDS } from '#cli/main.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { say } from './say.ts';

/** Whatever people like to write; these alone are bound by nothing but their length. */
const FREE_OPTIONS = ['to', 'templates', 'reason'];
const FREE_WORDS = ['file'];
/** What stands before the word that is tried. */
const BEFORE: Readonly<Record<string, string>> = { what: 'customers', mail: '2026000001-1', verb: 'lift' };
const NONSENSE = ['no such word §', '../x', "'; --", '1 €', 'x'.repeat(5000)];

const folder = makeTempFolder();
after(folder.remove);

/** Refused before anything was opened, in one sentence that names what is wrong. */
async function refuses(name: string, ...argv: string[]) {
  const shown = argv.map((word) => word.slice(0, 30)).join(' ');
  const { code, stdout, stderr } = await say(...argv);
  assert.deepEqual([code, stdout], [2, ''], shown);
  assert.ok(stderr.includes(name) && stderr.length < 700, `${shown}: ${stderr}`);
  assert.ok(!existsSync(process.env.DATA_DIR!), `${shown} opened the data`);
}

describe('every command', { concurrency: false }, () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    test(`${name} explains itself and refuses nonsense`, async () => {
      const { words, options } = command;
      // Not there: a command that gets as far as opening its data would make it.
      process.env.DATA_DIR = join(folder.path, name);

      const help = await say(name, '--help');
      assert.deepEqual([help.code, help.stderr], [0, '']);
      for (const { shown, does } of Object.values(words)) {
        assert.ok(help.stdout.includes(`  ${shown}`) && help.stdout.includes(does), shown);
      }
      for (const [option, { does }] of Object.entries(options)) {
        assert.ok(help.stdout.includes(`  --${option}`) && help.stdout.includes(does), option);
      }

      const names = Object.keys(words);
      for (const [index, word] of names.entries()) {
        const before = names.slice(0, index).map((earlier) => BEFORE[earlier]!);
        const { shown } = words[word]!;
        for (const nonsense of FREE_WORDS.includes(word) ? NONSENSE.slice(-1) : NONSENSE) {
          await refuses(shown, name, ...before, nonsense);
        }
        await refuses(shown, name, ...before, ' ');
      }
      const all = names.map((word) => BEFORE[word] ?? '1');
      await refuses('"surplus"', name, ...all, 'surplus');

      await refuses('--nonsense', name, '--nonsense', 'x');
      await refuses('-x', name, '-x');
      for (const [option, value] of Object.entries(options)) {
        const typed = `--${option}`;
        if (isFlag(value)) {
          await refuses(typed, name, `${typed}=no`);
          continue;
        }
        for (const nonsense of FREE_OPTIONS.includes(option) ? NONSENSE.slice(-1) : NONSENSE) {
          await refuses(typed, name, typed, nonsense);
        }
        await refuses(typed, name, typed);
        await refuses(typed, name, typed, '');
        await refuses(typed, name, `${typed}=`);
        await refuses(typed, name, typed, '--json=1');
        await refuses(typed, name, typed, '1', typed, '2');
      }
      await refuses('--aws', name, `--aws=../${'x'.repeat(100)}`, ...all);
    });
  }

  test('every value says by what it is read', () => {
    const values = Object.values(COMMANDS).flatMap(({ words, options }) => [
      ...Object.entries(words),
      ...Object.entries(options).flatMap(([name, one]) => (isFlag(one) ? [] : [[name, one] as const])),
    ]);
    const accepting = values.filter(([, { schema }]) => schema.safeParse(NONSENSE[0]).success);
    assert.deepEqual(
      [...new Set(accepting.map(([name]) => name))].sort(),
      [...FREE_OPTIONS, ...FREE_WORDS].sort(),
    );
  });
});
