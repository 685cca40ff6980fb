import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { say } from './say.ts';

const folder = makeTempFolder();
after(folder.remove);
process.env.DATA_DIR = join(folder.path, 'data');

const MONTHLY = ['run', '--cycle', 'monthly', '--period', '2026-10'];
const NOT_DECIDED = 'Say which mail and what: decide MAIL send-again, or decide MAIL count-as-sent.';
const CASES: readonly (readonly [readonly string[], string])[] = [
  [['mails', '--month', '2026-13'], '--month "2026-13" is not a month such as 2026-10.'],
  [['mails', '--month', '10/2026'], '--month "10/2026" is not a month such as 2026-10.'],
  [['mails', '--month'], '--month has no value: write it such as --month 2026-11.'],
  [
    ['mails', '--month='],
    'The value of --month is empty: write it such as --month 2026-11, or leave it out.',
  ],
  [
    ['mails', '--month', '--state', 'held'],
    '--month has no value, "--state" follows: write it such as --month 2026-11; a value that begins with a hyphen is written --month=--state.',
  ],
  [
    ['mails', '--state', 'nonsense'],
    '--state "nonsense" is none of queued, sending, accepted, deferred, failed, held, unknown, settled, replaced, delivered, bounced, suppressed, complained.',
  ],
  [['run', '--cycle', 'yearly'], '--cycle "yearly" is none of daily, weekly, monthly.'],
  [
    ['run', '--cycle', 'monthly', '--period', 'autumn'],
    '--period "autumn" is no period; write it such as 2026-10-31 (daily), 2026-W44 (weekly), 2026-10 (monthly).',
  ],
  [
    ['run', '--cycle', 'weekly', '--period', '2026-W54'],
    '--period "2026-W54" is not a weekly period; write it such as 2026-W44.',
  ],
  [['run', '--cycle', 'monthly'], 'Say which period is billed, such as --period 2026-10.'],
  [[...MONTHLY, '--output', 'fax'], '--output "fax" is none of pdf, print, screen.'],
  [
    [...MONTHLY, '--invoice-date', '2026-02-30'],
    '--invoice-date "2026-02-30" is not a day such as 2026-10-31 or 31.10.2026.',
  ],
  [
    [...MONTHLY, '--customers', '1,a-b'],
    '--customers "a-b" must be 1 to 20 letters and digits, without hyphens or spaces.',
  ],
  [[...MONTHLY, '--customers', ' , '], '--customers " , " names none: separate several by commas.'],
  [[...MONTHLY, '--period', '2026-11'], '--period stands there twice: say it once.'],
  [[...MONTHLY, '--dry-run=no'], '--dry-run takes no value: write --dry-run alone, or leave it out.'],
  [['cancel'], 'Say which invoice, one at a time: cancel NUMBER.'],
  [
    ['cancel', '1', '2'],
    '"2" is one word too many: cancel takes NUMBER and no more. A text with blanks goes into quotation marks.',
  ],
  [
    ['cancel', '../1'],
    'NUMBER "../1" must be the number of an invoice: 1 to 40 letters and digits, such as 2026000123.',
  ],
  [
    ['cancel', '1', '--reason', 'x'.repeat(501)],
    `--reason "${'x'.repeat(40)}…" must not be longer than 500 characters.`,
  ],
  [
    ['cancel', '1', '--reason', 'one\ntwo'],
    '--reason "one\\ntwo" must not contain line breaks or control characters.',
  ],
  [['decide', '2026000001-1', 'maybe'], 'DECISION "maybe" is none of send-again, count-as-sent.'],
  [['decide', '2026000001-1'], NOT_DECIDED],
  [['invoice'], 'Say which customer: --customer N.'],
  [
    ['reprint', '--number', '1,2 3'],
    '--number "2 3" must be the number of an invoice: 1 to 40 letters and digits, such as 2026000123.',
  ],
  [
    ['delivery-notes', '--number', '26/L-1'],
    '--number "26/L-1" must be the number of a delivery note, such as L-2610-0001, or with its year 2026/L-2610-0001.',
  ],
  [['delivery-notes', '--number', 'L-1', '--year', '26'], '--year "26" is not a year such as 2026.'],
  [['preview', '--sample', 'usual'], 'Say where to: --to FILE.pdf.'],
  [
    ['preview', '--sample', 'usual', '--to', 'a.pdf', '--language', 'German'],
    '--language "German" must be a two-letter language code such as de.',
  ],
  [
    ['report', '../x'],
    'RUN "../x" must be the id of a run, 1 to 64 small letters and digits: the list of runs shows them.',
  ],
  [['pause'], 'Say which run: pause RUN.'],
  [['print-file', '1'], 'Say which run, and where to: print-file RUN --to FILE.'],
  [['suppressed', 'drop', 'a@b.example'], 'VERB "drop" is not lift.'],
  [['suppressed', 'lift', 'nobody'], 'ADDRESS "nobody" is not a mail address such as buero@kunde.example.'],
  [
    ['test-mail', 'a@b.example, c@d.example'],
    'ADDRESS "a@b.example, c@d.example" is not a mail address such as buero@kunde.example.',
  ],
  [
    ['import', 'orders', 'orders.csv'],
    'WHAT "orders" is none of customers, deliveries, settings, templates.',
  ],
  [
    ['import', 'customers'],
    'Say what to import and from which file: import customers|deliveries|settings|templates FILE.',
  ],
  [
    ['sweep', 'all'],
    '"all" is one word too many: sweep takes no words. A text with blanks goes into quotation marks.',
  ],
  [
    ['sweep', '--all'],
    'There is no option --all of sweep. The command has none of its own; npm run cli -- sweep --help explains it.',
  ],
  [
    ['mails', '--mnth', '2026-10'],
    'There is no option --mnth of mails: did you mean --month? The command has --month, --state; npm run cli -- mails --help explains it.',
  ],
  [['rnu'], 'There is no command "rnu": did you mean run? npm run cli -- help lists them all.'],
  [['billing'], 'There is no command "billing". npm run cli -- help lists them all.'],
  [
    ['help', 'reprnt'],
    'There is no command "reprnt": did you mean reprint? npm run cli -- help lists them all.',
  ],
  [['help', 'run', 'report'], 'help explains one command at a time: help run.'],
  [
    ['--month', '2026-10', 'mails'],
    'The name of a command comes first, and --month stands there: npm run cli -- help lists them all.',
  ],
  [
    ['report', '--aws', '../prod'],
    '--aws "../prod" is not the name of a stage: say which one of infra/stages.ts, such as --aws prod.',
  ],
  [['report', '--aws', 'dev', '--aws=prod'], '--aws stands there twice: say one stage.'],
];

test('a bad word is refused by its name, what was given, and what it may be; nothing is opened', async (t) => {
  for (const [argv, sentence] of CASES) {
    await t.test(argv.join(' ').slice(0, 80), async () => {
      assert.deepEqual(await say(...argv), { code: 2, stdout: '', stderr: `${sentence}\n` });
      const json = await say(...argv, '--json');
      assert.deepEqual([json.code, json.stderr], [2, '']);
      const { error } = JSON.parse(json.stdout);
      assert.deepEqual([error.code, error.message], ['bad-input', sentence]);
    });
  }
  assert.ok(!existsSync(process.env.DATA_DIR!));
});

test('each bad number of several is told', async () => {
  const { stdout } = await say('reprint', '--number', '1,2_,3-4', '--json');
  const { details } = JSON.parse(stdout).error as { details: string[] };
  assert.deepEqual(
    details.map((detail) => detail.slice(0, 14)),
    ['--number "2_" ', '--number "3-4"'],
  );
});
