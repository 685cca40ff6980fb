import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { before, describe, it, type TestContext } from 'node:test';
import { readCustomers } from '#adapters/csv/customers.ts';
import { readDeliveries } from '#adapters/csv/deliveries.ts';
import { main } from '#cli/main.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import type { Measured } from '#test/bench/aws/costs.ts';
import { withTables } from '#test/bench/aws/tables.ts';
import { measureUsage } from '#test/bench/aws/usage.ts';
import { startStageServer } from '#test/support/aws/stage-server.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const [deploy, operate, costs] = ['deploy', 'operate', 'costs'].map((name) =>
  read(`docs/aws/${name}.md`),
) as [string, string, string];
const stages = read('infra/stages.ts');
const measured: Measured = JSON.parse(read('test/bench/aws/measured.json'));
const commands = [...`${deploy}\n${operate}`.matchAll(/^ {4}npm run cli -- (.+)$/gm)].map(([, words]) =>
  words!.split(/\s+/),
);
const jsonBlocks = (page: string) =>
  [...page.matchAll(/```json\n(.+?)```/gs)].map(([, text]) => JSON.parse(text!));

describe('the pages about AWS', () => {
  it('explains every setting of a stage and every output of the stacks, and no others', () => {
    const settings = [...stages.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name!);
    assert.ok(settings.length > 5);
    assert.deepEqual(tableNames('| setting'), settings.sort());
    const outputs = globSync('infra/**/*.ts', { cwd: ROOT }).flatMap((file) =>
      [...read(file).matchAll(/new CfnOutput\(\w+, '(\w+)'/g)].map(([, name]) => name!),
    );
    assert.ok(outputs.length > 3);
    assert.deepEqual(tableNames('| output'), outputs.sort());
  });

  it('has settings and files that can be imported', async () => {
    const [first] = jsonBlocks(deploy);
    const [schedule, smtp] = jsonBlocks(operate);
    assert.equal(settingsSchema.parse(first).mail.transport, 'ses');
    const company = first.company;
    assert.equal(settingsSchema.parse({ company, ...schedule }).schedule.release, 'automatic');
    assert.equal(settingsSchema.parse({ company, ...smtp }).mail.smtp.port, 587);
    const bytes = (head: string) => {
      const [, text] = new RegExp(`^ {4}(${head};.*\\n(?: {4}.*\\n)+)`, 'm').exec(deploy)!;
      return new TextEncoder().encode(text!.replace(/^ {4}/gm, ''));
    };
    const [customer] = readCustomers(bytes('number'), ['de', 'en']).records;
    const [note] = readDeliveries(bytes('note')).records;
    assert.deepEqual([customer?.invoiceByMail, note?.customer], [true, customer?.number]);
  });

  it('the measured usage differs from what the program uses today by at most a twentieth', async () => {
    const logo = `data:image/png;base64,${'A'.repeat(measured.printing.logoCharacters)}`;
    const now = await measureUsage(measured.usage.invoices, logo, 14);
    for (const work of ['import', 'plan', 'documents', 'close', 'mail', 'feedback'] as const) {
      for (const unit of ['writes', 'reads', 'puts', 'gets'] as const) {
        const [before, after] = [measured.usage, now].map((usage) => usage.work[work][unit] / usage.invoices);
        assert.ok(
          Math.abs(after! - before!) <= 0.05 * Math.max(before!, 4),
          `${work} takes ${after} ${unit} an invoice, docs/aws/costs.md says ${before}: npm run bench:aws -- --measure`,
        );
      }
    }
  });

  it('shows the tables that its figures give', () => {
    assert.equal(withTables(costs, measured), costs, 'npm run bench:aws -- --measure');
    assert.equal(costs.match(/^<!-- table: /gm)?.length, 4);
  });
});

describe('the commands of the pages about AWS', () => {
  before(() => {
    assert.ok(commands.length >= 10);
  });

  it('every command is understood and fails only because the stage is not there', async (t) => {
    const server = await startStageServer(new Map());
    const folder = makeTempFolder();
    t.after(() => {
      server.close();
      folder.remove();
    });
    Object.assign(process.env, {
      DATA_DIR: folder.path,
      DNS_SERVER: 'none',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SSM: server.url,
    });
    for (const words of commands) {
      const { code, said } = await run(t, words);
      assert.deepEqual(
        [code, /^No stage "prod" is deployed/.test(said)],
        [2, true],
        `${words.join(' ')}: ${said}`,
      );
    }
  });
});

async function run(t: TestContext, words: readonly string[]) {
  let said = '';
  const written = t.mock.method(process.stderr, 'write', (text: string) => {
    said += text;
    return true;
  });
  try {
    return { code: await main(words), said };
  } finally {
    written.mock.restore();
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  }
}

/** Lists the names in the first column of the table with this head, sorted. */
function tableNames(head: string): string[] {
  const rows = deploy.slice(deploy.indexOf(head)).split('\n\n')[0]!.split('\n').slice(2);
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)).sort();
}
