import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { issueLines } from '#core/billing/issue-lines.ts';
import { Fault } from '#core/errors.ts';
import { openAwsWithChrome, readRequest } from '#wiring/aws-chrome.ts';
import { awsConfig } from '#wiring/config.ts';
import { count, eachMessage, lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';
import { answer } from './on-demand.ts';

const aws = openAwsWithChrome(awsConfig(process.env), lambdaLog);

/**
 * Makes the documents of some customers of a run and wakes their mails. A repeated message changes nothing.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deps = { ...aws, ...thisCall(context) };
  return eachMessage(event, context, async (body) => {
    const wake = deps.readWake(body);
    if (wake.kind !== 'documents') {
      throw new Fault('bad-input', `This queue takes documents, not ${wake.kind}.`);
    }
    const { mails, failed } = await issueLines(wake.run, wake.customers, deps);
    if (failed > 0) count({ DocumentsFailed: failed });
    await deps.queue.wake(mails.map((id) => ({ kind: 'mail', id })));
  });
}

/**
 * Makes what somebody waits for. A refusal is returned as an answer; only a breakdown is an error of the
 * function.
 */
export async function onDemand(event: unknown, context: Context): Promise<object> {
  const deps = { ...aws, ...thisCall(context) };
  try {
    return await answer(readRequest(event), deps);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    deps.log('warn', 'request refused', { code: error.code, error });
    return { error: { code: error.code, message: error.message, details: error.details } };
  }
}
