import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Wake } from '#core/ports.ts';
import { describeDynamo } from '#test/support/aws/dynamodb-local.ts';
import { openLocalTable } from '#test/support/aws/dynamodb-table.ts';
import { type SesServer, startSesServer } from '#test/support/aws/ses-server.ts';
import { createCloud } from '#test/support/aws/simulated-cloud.ts';
import { type StageServer, startStageServer } from '#test/support/aws/stage-server.ts';
import {
  byMail,
  customersCsv,
  deliveriesCsv,
  onPaper,
  settingsJson,
} from '#test/support/data/import-files.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';
import { createSimulation, type Simulation } from '#test/support/simulation/simulation.ts';

const OCTOBER = ['run', '--cycle', 'monthly', '--period', '2026-10', '--invoice-date', '2026-11-02'];

/**
 * The command line works against a stage whose table is DynamoDB Local's and whose functions are those of a
 * simulated cloud, which gets the messages and prints and mails in memory.
 */
describeDynamo('the command line on a stage', (dynamo) => {
  const parameters = new Map<string, string>();
  const asked: Wake[] = [];
  let simulation: Simulation;
  let server: StageServer;
  let ses: SesServer;
  let working = Promise.resolve();

  before(async () => {
    const table = await dynamo.makeTable();
    simulation = createSimulation(1, openLocalTable(dynamo.endpoint, table));
    const cloud = createCloud(simulation);
    server = await startStageServer(parameters, (body) => {
      const call: Wake = JSON.parse(body);
      asked.push(call);
      working = working.then(() => cloud.queue.wake([call])).then(() => cloud.run());
    });
    ses = await startSesServer();
    parameters.set(
      '/rechnungspost/test',
      JSON.stringify({
        TABLE_NAME: table,
        BUCKET_NAME: 'none',
        ARCHIVE_LOCK: 'none',
        SECRET_ID: 'none',
        RUN_QUEUE_URL: `${server.url}/run`,
        DOCUMENTS_QUEUE_URL: `${server.url}/documents`,
        MAIL_QUEUE_URL: `${server.url}/mail`,
        CONFIGURATION_SET: 'none',
      }),
    );
    Object.assign(process.env, {
      AWS_REGION: 'eu-central-1',
      // DynamoDB Local keeps separate tables for each access key.
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SSM: server.url,
      AWS_ENDPOINT_URL_SQS: server.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      AWS_ENDPOINT_URL_SESV2: ses.endpoint,
    });
  });
  after(async () => {
    await working;
    simulation?.close();
    server?.close();
    await ses?.close();
  });

  it('the command line loads data, lets the functions bill and mail, and shows the result', {
    timeout: 120_000,
  }, async (t) => {
    const shop = openShop(t, undefined, ['--aws', 'test']);
    await shop.load('settings', settingsJson(25, { mail: { transport: 'ses' } }));
    await shop.load('customers', customersCsv([byMail('1'), onPaper('2')]));
    const deliveries = ['1', '2'].map((customer) => ({ note: `L${customer}`, date: '2026-10-05', customer }));
    await shop.load('deliveries', deliveriesCsv(deliveries));

    const dry = await shop.json<Report>(...OCTOBER, '--dry-run');
    assert.deepEqual([dry.code, dry.value.totals.net, asked], [0, '2.00', []]);
    const { mails, findings } = dry.value.preflight!;
    assert.equal(mails, 1);
    // The SES server on the loopback knows the quota and no other call about an account.
    assert.match(
      findings[0]?.text ?? '',
      /^Of the mail account, not checked: its suppression list, the sender\. Amazon SES/,
    );

    const { code, value } = await shop.json<Report>(...OCTOBER);
    assert.equal(code, 0);
    assert.deepEqual(
      value.customers.map(({ customer, invoice, delivery }) => [customer, invoice, delivery?.state]),
      [
        ['1', '2026000001', 'accepted'],
        ['2', '2026000002', 'to print'],
      ],
    );
    assert.deepEqual(
      asked.map(({ kind }) => kind),
      ['run'],
    );
    assert.equal(simulation.received.size, 1);

    const again = await shop.json('reprint', '--number', '2026000001', '--output', 'pdf', '--yes');
    assert.equal(again.code, 0, JSON.stringify(again));
    assert.deepEqual(asked.slice(1), [{ kind: 'mail', id: '2026000001-2' }]);
    assert.equal(simulation.received.size, 2);
    assert.match((await shop.cli('sweep')).stdout, /Nothing is due/);
    // Nothing is stored on this machine.
    assert.deepEqual(shop.rows(), []);
  });

  it('the command line sends a test mail from this machine, by SES or by SMTP', {
    timeout: 120_000,
  }, async (t) => {
    const shop = openShop(t, undefined, ['--aws', 'test']);
    const bySes = await shop.cli('test-mail', 'clerk@dairy.example');
    assert.deepEqual([bySes.code, bySes.stderr], [0, '']);
    assert.match(bySes.stdout, /Amazon SES took the mail as \S+\./);
    assert.equal((await ses.stored()).length, 1);

    const smtp = await startSmtpServer();
    t.after(() => smtp.close());
    await shop.load('settings', settingsJson(smtp.port));
    const bySmtp = await shop.cli('test-mail', 'clerk@dairy.example');
    assert.equal(bySmtp.code, 0);
    assert.match(bySmtp.stdout, /EHLO .*250 .*from this machine, not from the stage/s);
  });
});

interface Report {
  readonly totals: { readonly net: string };
  readonly preflight?: { readonly mails: number; readonly findings: readonly { readonly text: string }[] };
  readonly customers: readonly {
    readonly customer: string;
    readonly invoice?: string;
    readonly delivery?: { readonly state: string };
  }[];
}
