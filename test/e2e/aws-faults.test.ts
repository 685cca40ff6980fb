import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { listRunIds } from '#core/repositories/runs.ts';
import {
  type AwsEngines,
  connect,
  describeAws,
  makePlaces,
  type Places,
  snapshotOf,
} from '#test/support/aws/engines.ts';
import { FAULTS, type FaultKind, type FaultPlan, faultyAws } from '#test/support/aws/faults.ts';
import { billScheduledMonth, plainPrinter, SCHEDULED_AT } from '#test/support/aws/month.ts';
import { startScriptedSes } from '#test/support/aws/scripted-ses.ts';
import { sesClient } from '#test/support/aws/ses-server.ts';
import { sqsClient, startSqsServer } from '#test/support/aws/sqs-server.ts';
import { customerOf, loadDairy, noteOf, SETTINGS } from '#test/support/data/dairy.ts';
import { outcomeOf } from '#test/support/simulation/outcome.ts';
import { brokenPromises } from '#test/support/simulation/promises.ts';
import { openAws } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';

const AT_ONCE = 3;
/**
 * Tries every twenty-third fault, and each fault that meets a mail. The step has no common divisor with the
 * number of kinds, so that each kind meets all sorts of requests.
 */
const STEP = process.env.LONG ? 1 : 23;

/** One customer gets two documents, one is printed, one is mailed, and one is held. */
const CUSTOMERS = [
  customerOf('8', { deliveryOverview: true }),
  customerOf('9', { invoiceByMail: false }),
  customerOf('10'),
  customerOf('11', { name: 'Kunde 中' }),
];
const NOTES = [3, 1, 2, 1].flatMap((count, customer) =>
  Array.from({ length: count }, (_, n) => noteOf(`L${customer}${n}`, String(8 + customer), n + 1)),
);

/**
 * Bills a month whose nth request to AWS is throttled, lost or never answered, or is the last of its process,
 * for each n and each kind of fault, or for a sample of them. Whatever state is left, returning messages and
 * sweeps must bring the month to its usual end.
 */
describeAws('a month on AWS that is disturbed at one request', (engines: AwsEngines) => {
  let seed: Places;
  let workers: Awaited<ReturnType<typeof openWorker>>[];

  before(async () => {
    seed = await makePlaces(engines);
    const clients = connect(engines);
    const mail = { ...SETTINGS.mail, transport: 'ses' as const, pace: { perSecond: 1000, connections: 1 } };
    const schedule = { ...SETTINGS.schedule, release: 'automatic' as const };
    const clock = { now: () => SCHEDULED_AT, wait: async () => {} };
    const { signal: stop } = new AbortController();
    const aws = openAws(awsConfig({ ...seed.environment }), () => {}, clients);
    await loadDairy({ ...aws, printer: plainPrinter, clock, stop }, NOTES, CUSTOMERS, {
      ...SETTINGS,
      mail,
      schedule,
    });
    for (const client of Object.values(clients)) client.destroy();
    workers = await Promise.all(Array.from({ length: AT_ONCE }, openWorker));
  });
  after(async () => {
    for (const worker of workers ?? []) await worker.close();
  });

  it('the month ends as if nothing had happened', async () => {
    const { outcome: expected, requests } = await workers[0]!.bill(undefined);
    assert.deepEqual([expected.counts.issued, expected.counts.held], [3, 1]);
    const services = new Set(requests.map((name) => name.split(' ')[0]));
    assert.deepEqual([...services].toSorted(), ['dynamo', 's3', 'ses', 'sesAccount', 'sqs']);

    const plans = requests
      .flatMap((_, index) => FAULTS.map((kind): FaultPlan => ({ at: index + 1, kind })))
      .filter(({ at }, index) => index % STEP === 0 || requests[at - 1]!.startsWith('ses'));
    const counts = new Map<FaultKind, number>();
    const queue = plans.values();
    await Promise.all(
      workers.map(async ({ bill }) => {
        for (const plan of queue) {
          const { outcome } = await bill(
            plan,
            `${plan.kind} at request ${plan.at}, ${requests[plan.at - 1]}`,
          );
          // A mail may be reported as unknown; everything else must be as ever.
          assert.deepEqual({ ...outcome, delivery: expected.delivery }, expected);
          counts.set(plan.kind, (counts.get(plan.kind) ?? 0) + 1);
        }
      }),
    );
    const kinds = FAULTS.map((kind) => `${kind} ${counts.get(kind)}`).join(', ');
    console.log(`${requests.length} requests a month, ${plans.length} months disturbed: ${kinds}`);
  });

  /**
   * Opens a worker that bills one month after the other, each with a table, a bucket and queues of its own.
   */
  async function openWorker() {
    const ses = await startScriptedSes();
    const sqs = await startSqsServer();
    const own = { ...engines, sqs };
    const spoilt = { ...connect(own), ses: sesClient(ses.endpoint) };
    const plain = { ...connect(own), sqs: sqsClient(sqs.endpoint) };
    const faulty = faultyAws(spoilt);
    const { openTemplates, fonts } = openAws(awsConfig({ ...seed.environment }), () => {}, plain);
    const shared = { openTemplates, fonts };

    async function bill(plan: FaultPlan | undefined, name = 'undisturbed') {
      const places = await makePlaces(own, { tableLike: seed.environment.TABLE_NAME });
      const sent = ses.calls.length;
      faulty.reset(plan);
      try {
        const unknowable = await billScheduledMonth({ places, faulty, plain, sqs, shared });
        if (plan) assert.ok(faulty.met(), 'the request came');
        const table = await snapshotOf(plain, places.environment.TABLE_NAME);
        const { archive } = openAws(awsConfig({ ...places.environment }), () => {}, plain);
        const tags = ses.calls.slice(sent).flatMap((call) => Object.values(call.tags));
        const mails = await readMails(table, await listMonthMails(table, '2026-11'));
        const received = new Map(
          mails.map(({ value: { id, messageId } }) => [messageId, tags.filter((tag) => tag === id).length]),
        );
        const broken = await brokenPromises({ table, archive, notes: NOTES, received, unknowable }, true);
        assert.deepEqual(broken, []);
        const [runId, ...others] = await listRunIds(table);
        assert.deepEqual(others, []);
        return { outcome: await outcomeOf(runId!, { table }), requests: [...faulty.requests] };
      } catch (error) {
        throw new Error(`A month disturbed by ${name}`, { cause: error });
      }
    }

    return {
      bill,
      async close() {
        for (const client of [...Object.values(spoilt), ...Object.values(plain)]) client.destroy();
        await Promise.all([ses.close(), sqs.close()]);
      },
    };
  }
});
