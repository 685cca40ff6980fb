import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/**
 * Runs all test files, two at once, each in a process of its own. Each file has a budget in seconds (on 2
 * cores). A file that takes longer is named at the end, and one that takes five times as long as the largest
 * budget is ended.
 * `npm test -- word` runs the files whose path contains the word.
 * `npm run unit -- word` leaves out the slow ones: whole scenarios (test/e2e) and whatever has a budget of its own.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  'test/core/runs/histories.test.ts': 40,
  'test/adapters/dynamodb/histories.test.ts': 70,
  'test/adapters/dynamodb/kill.test.ts': 70,
  'test/e2e/kill.test.ts': 110,
  'test/e2e/together.test.ts': 80,
  'test/e2e/bad-input.test.ts': 40,
  'test/e2e/aws.test.ts': 150,
  'test/e2e/aws-faults.test.ts': 70,
  'test/e2e/api-scenario.test.ts': 120,
  'test/e2e/start.test.ts': 50,
  'test/e2e/mail-storm.test.ts': 60,
  'test/e2e/own-templates.test.ts': 50,
  'test/e2e/samples.test.ts': 50,
  'test/wiring/aws-program.test.ts': 40,
  'test/infra/stacks.test.ts': 60,
};
const USUAL_BUDGET = 30;
const root = resolve(import.meta.dirname, '..');
const isUnitRun = process.argv.includes('--unit');
const words = process.argv.slice(2).filter((word) => word !== '--unit');
const isSlow = (file: string) => file.startsWith('test/e2e/') || file in BUDGETS;

const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((file) => !(isUnitRun && isSlow(file)))
  .filter((file) => words.every((word) => file.includes(word)))
  // The long files come first, so that the short ones fill the gaps.
  .sort((a, b) => (BUDGETS[b] ?? USUAL_BUDGET) - (BUDGETS[a] ?? USUAL_BUDGET));
if (files.length === 0) {
  console.error(`No ${isUnitRun ? 'quick ' : ''}test file has ${words.join(' and ')} in its path.`);
  process.exit(2);
}

const seconds = new Map<string, number>();
const stream = run({
  files: files.map((file) => resolve(root, file)),
  concurrency: 2,
  execArgv: ['--disable-warning=ExperimentalWarning'],
  timeout:
    (process.env.LONG ? 20 : 5) * Math.max(...files.map((file) => BUDGETS[file] ?? USUAL_BUDGET)) * 1000,
});
stream.on('test:fail', () => {
  process.exitCode = 1;
});
stream.on('test:summary', ({ file, duration_ms }) => {
  if (file) seconds.set(relative(root, file), duration_ms / 1000);
});
stream.on('end', () => {
  if (process.env.LONG) return;
  for (const [file, took] of seconds) {
    const budget = BUDGETS[file] ?? USUAL_BUDGET;
    if (took > budget) console.log(`over budget: ${file} took ${took.toFixed(0)} s, ${budget} s are planned`);
  }
});
stream.compose(spec).pipe(process.stdout);
