import assert from 'node:assert/strict';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { readWake } from '#adapters/sqs/queue.ts';
import type { Deps } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import type { Printer, Queue } from '#core/ports.ts';
import { oldestDue } from '#core/repositories/due.ts';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { startScheduledRun } from '#core/runs/start-scheduled-run.ts';
import { sweepToQueues } from '#core/runs/sweep.ts';
import { Killed } from '#test/support/simulation/simulation.ts';
import { type Aws, type AwsClients, openAws } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';
import type { Places } from './engines.ts';
import type { FaultyAws } from './faults.ts';
import { work } from './simulated-cloud.ts';
import type { SqsServer } from './sqs-server.ts';

const MINUTE = 60_000;
/** Four in the morning in Germany on the first day after the month. */
export const SCHEDULED_AT = Date.parse('2026-11-01T03:00:00Z');
const MAX_SWEEPS = 100;

/** Makes dummy PDFs without Chrome. */
export const plainPrinter: Printer = {
  render: async (documents) =>
    documents.map(({ html }) => ({
      ok: true,
      pdf: Buffer.from(`%PDF-1.7\n% ${html.length}\n%%EOF\n`),
      pages: 1,
    })),
  close: async () => {},
};

/**
 * Bills October as its schedule asks, with one process for each call and one call after the other, until
 * nothing waits. A call that fails or dies is repeated as by Lambda and SQS, and a sweep comes every five
 * minutes.
 * @param plain undisturbed clients, for looking at the result
 * @returns Message-IDs of the mails whose fate nobody can know
 */
export async function billScheduledMonth(options: {
  readonly places: Places;
  readonly faulty: FaultyAws;
  readonly plain: AwsClients;
  readonly sqs: SqsServer;
  /** Templates and fonts, which take time to open and call no service, so they can be shared. */
  readonly shared: Pick<Aws, 'openTemplates' | 'fonts'>;
}): Promise<Set<string>> {
  const { places, faulty, plain, sqs, shared } = options;
  const config = awsConfig({ ...places.environment });
  const observer = openAws(config, () => {}, plain);
  const unknowable = new Set<string>();
  let ahead = SCHEDULED_AT - Date.now();
  const { signal: stop } = new AbortController();
  const clock = {
    now: () => Date.now() + ahead,
    wait: async (milliseconds: number) => {
      ahead += milliseconds;
    },
  };

  /**
   * Runs work in a process of its own.
   * @returns whether it came to its end
   */
  async function inProcess(
    does: (deps: Deps & { readonly queue: Queue }) => Promise<void>,
  ): Promise<boolean> {
    try {
      await faulty.process(() =>
        does({ ...openAws(config, () => {}, faulty.clients), ...shared, printer: plainPrinter, clock, stop }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof Killed || error instanceof Fault)) throw error;
      if (error instanceof Killed) await noteUnknowable();
      return false;
    }
  }

  /** Records the mails that the dead process was handing over. */
  async function noteUnknowable(): Promise<void> {
    for (const { state, handedOverAt, messageId } of await mails()) {
      if (state === 'sending' && handedOverAt !== undefined) unknowable.add(messageId);
    }
  }
  const mails = async () =>
    (await readMails(observer.table, await listMonthMails(observer.table, '2026-11'))).map(
      ({ value }) => value,
    );

  function skip(milliseconds: number): void {
    ahead += milliseconds;
    sqs.skip(milliseconds);
  }

  const urls = [
    places.environment.RUN_QUEUE_URL,
    places.environment.DOCUMENTS_QUEUE_URL,
    places.environment.MAIL_QUEUE_URL,
  ];
  async function serve(QueueUrl: string): Promise<boolean> {
    const { Messages = [] } = await plain.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    for (const { Body = '', ReceiptHandle } of Messages) {
      if (await inProcess((deps) => work(readWake(Body), deps))) {
        await plain.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    return Messages.length > 0;
  }

  const start = (deps: Deps & { readonly queue: Queue }) =>
    startScheduledRun({ cycle: 'monthly', scheduledAt: SCHEDULED_AT }, deps).then((wake) =>
      deps.queue.wake(wake ? [wake] : []),
    );
  // Lambda retries a failed asynchronous call.
  for (let tries = 1; !(await inProcess(start)); tries++) assert.ok(tries < 3, 'the run does not start');
  for (let sweeps = 0; ; ) {
    let served = false;
    for (const url of urls) served = (await serve(url)) || served;
    if (served) continue;
    const isDue = (await oldestDue(observer.table)) !== undefined;
    const next = sqs.nextIn();
    if (!isDue && next === undefined) break;
    // The step is shorter than most visibility timeouts, and longer than any delay.
    skip(Math.min(5 * MINUTE, (next ?? 5 * MINUTE) + 1));
    if (next !== undefined && next < MINUTE) continue;
    if (++sweeps === MAX_SWEEPS) throw new Error(`still something waits after ${MAX_SWEEPS} sweeps`);
    await inProcess(async (deps) => void (await sweepToQueues(deps)));
  }
  for (const { id, messageId } of await mails()) if (faulty.lostMails.has(id)) unknowable.add(messageId);
  return unknowable;
}
