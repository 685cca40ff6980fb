import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import PostalMime from 'postal-mime';
import { generateClient } from '#test/support/api/api-client.ts';
import { cdkOut } from '#test/support/aws/cdk-out.ts';
import { deploy, httpOf } from '#test/support/aws/deployment.ts';
import { describeAws } from '#test/support/aws/engines.ts';
import { startSmtpServer } from '#test/support/mail/smtp-server.ts';
import { openShop } from '#test/support/process/cli.ts';
import { tempFolder } from '#test/support/process/temp-folder.ts';
import { callAtOnce } from './api-crowd.ts';
import { type ApiDeployment, refused } from './api-deployment.ts';
import { playScenario } from './api-scenario.ts';

const TSC = join(import.meta.dirname, '../../node_modules/.bin/tsc');
const STRICT = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'esnext', lib: ['esnext', 'dom', 'dom.iterable'], types: [] },
    ...{ strict: true, noEmit: true, skipLibCheck: true },
  },
  include: ['client'],
};

const MAIL = {
  sender: { name: 'Molkerei Wiesengrund', address: 'rechnung@wiesengrund.example' },
  pace: { perSecond: 1000, connections: 2 },
};

test('a generated client plays the whole scenario on one machine', async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.close());
  const program = openShop(t).start('serve');
  const [, url = ''] = await program.says(/serves\s+(http:\/\/\S+)/);
  const folder = tempFolder(t);
  const open = await generateClient(await (await fetch(`${url}/openapi.json`)).json(), folder);
  const deployment: ApiDeployment = {
    api: open(url, fetch),
    mail: {
      ...MAIL,
      transport: 'smtp',
      smtp: { host: '127.0.0.1', port: server.port, encryption: 'none' },
    },
    mails: () =>
      Promise.all(
        server.received.map(async ({ to, bytes }) => {
          const { subject = '', attachments } = await PostalMime.parse(bytes);
          const files = attachments
            .filter(({ disposition }) => disposition === 'attachment')
            .map(({ content }) => Buffer.from(content as ArrayBuffer));
          return { to: to[0]!, subject, files };
        }),
      ),
    goOn: () => setTimeout(5),
  };

  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(STRICT));
  // The generated client must be sound TypeScript.
  const compiling = promisify(execFile)(TSC, ['-p', folder]);
  await playScenario(deployment);
  await callAtOnce(deployment);
  await compiling;

  program.process.kill('SIGTERM');
  const { code, stderr } = await program.ended;
  assert.deepEqual([code, stderr], [0, '']);
});

describeAws('the whole scenario through a generated client on AWS', (engines) => {
  it('a generated client plays the scenario through the bundles of cdk.out and events of API Gateway', async (t) => {
    const folder = tempFolder(t);
    const stage = await deploy(engines, cdkOut(), { stage: 'prod', folder });
    t.after(() => stage.close());
    const call = asAProgramDoes(httpOf(stage));
    const document = await call(new Request('https://api.example/openapi.json'));
    const open = await generateClient((await document.json()) as object, folder);
    const token = stage.issuer.token(stage.issuer.machine(['write']));
    const deployment: ApiDeployment = {
      api: open('https://api.example', call, token),
      mail: { ...MAIL, transport: 'ses' },
      mails: async () =>
        (await engines.ses.stored()).map(({ destination, subject, attachments }) => ({
          to: destination.to[0]!.replace(/^.*<|>$/g, ''),
          subject,
          files: attachments.map(({ content }) => Buffer.from(content, 'base64')),
        })),
      goOn: () => stage.pump(),
    };
    await refused(open('https://api.example', call).getInfo(), 401);
    await playScenario(deployment);
    await callAtOnce(deployment);
    assert.deepEqual(stage.broken, []);
  });
});

/** Follows redirects as `fetch` does, and waits when it is told to. */
const asAProgramDoes =
  (call: (request: Request) => Promise<Response>) =>
  async (request: Request): Promise<Response> => {
    const answer = await call(request.clone());
    if (answer.status === 303) return fetch(answer.headers.get('location')!);
    if (answer.status !== 429) return answer;
    await setTimeout(Number(answer.headers.get('retry-after')) * 1000);
    return asAProgramDoes(call)(request);
  };
