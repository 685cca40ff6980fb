import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type StageServer, startStageServer } from '#test/support/aws/stage-server.ts';
import { openShop, type Shop } from '#test/support/process/cli.ts';
import { findStage } from '#wiring/aws-stage.ts';

const ENVIRONMENT = {
  TABLE_NAME: 'table',
  BUCKET_NAME: 'bucket',
  ARCHIVE_LOCK: 'none',
  SECRET_ID: 'secret',
  RUN_QUEUE_URL: 'https://sqs.example/run',
  DOCUMENTS_QUEUE_URL: 'https://sqs.example/documents',
  MAIL_QUEUE_URL: 'https://sqs.example/mail',
  CONFIGURATION_SET: 'set',
};
const { CONFIGURATION_SET: _, ...INCOMPLETE } = ENVIRONMENT;

describe('the lookup of a stage', () => {
  let server: StageServer;
  before(async () => {
    server = await startStageServer(
      new Map([
        ['/rechnungspost/prod', JSON.stringify(ENVIRONMENT)],
        ['/rechnungspost/old', JSON.stringify(INCOMPLETE)],
        ['/rechnungspost/torn', '{'],
      ]),
    );
    process.env.AWS_ENDPOINT_URL_SSM = server.url;
    process.env.AWS_REGION = 'eu-central-1';
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
  });
  after(() => server.close());

  it('a stage is found as the environment of its functions', async () => {
    const { templatesDir, ...environment } = await findStage('prod');
    assert.deepEqual(environment, ENVIRONMENT);
    assert.match(templatesDir, /templates$/);
  });

  it('a stage that is not there, or was deployed by another version, is named with the remedy', async () => {
    await assert.rejects(findStage('test'), {
      code: 'not-found',
      message: /No stage "test" .* check AWS_PROFILE and AWS_REGION, or deploy it/,
    });
    for (const [stage, reason] of [
      ['old', /lacks CONFIGURATION_SET: deploy the stage again/],
      ['torn', /\/rechnungspost\/torn is not JSON: deploy the stage again/],
    ] as const) {
      await assert.rejects(findStage(stage), { code: 'bad-settings', message: reason });
    }
  });

  it('a text that cannot be the name of a stage is refused', async () => {
    for (const name of ['', '../prod', 'a b']) {
      await assert.rejects(findStage(name), { code: 'bad-input', message: /not the name of a stage/ });
    }
  });

  it('where AWS cannot be reached, the error says why and what to check', async (t) => {
    process.env.AWS_ENDPOINT_URL_SSM = 'http://127.0.0.1:1';
    t.after(() => {
      process.env.AWS_ENDPOINT_URL_SSM = server.url;
    });
    await assert.rejects(findStage('prod'), {
      code: 'unavailable',
      message: /ECONNREFUSED.* AWS_PROFILE and AWS_REGION.* \/rechnungspost\/prod/,
    });
  });

  it('the command line accepts --aws anywhere, and refuses it without a name before asking AWS', async (t) => {
    const shop = openShop(t);
    for (const words of [
      ['--aws', 'test', 'report'],
      ['report', '--aws', 'test'],
      ['--aws=test', 'report'],
    ]) {
      const { code, value } = await shop.json<{ error: { message: string } }>(...words);
      assert.deepEqual([code, /No stage "test"/.test(value.error.message)], [2, true], words.join(' '));
    }
    for (const words of [
      ['--aws', 'report'],
      ['report', '--aws'],
      ['--aws', '--json', 'report'],
      ['--aws=', 'report'],
    ]) {
      assert.deepEqual(await refusal(shop, words), [2, 'Say which stage: --aws prod.'], words.join(' '));
    }
    assert.deepEqual(shop.rows(), []);
  });
});

async function refusal(shop: Shop, words: readonly string[]) {
  const { code, error } = await shop.json(...words);
  return [code, error?.message];
}
