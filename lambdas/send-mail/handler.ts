import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { MailState } from '#core/domain/mail-states.ts';
import { sendMails } from '#core/mailing/send-mails.ts';
import { openAws } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';
import { count, lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';

const aws = openAws(awsConfig(process.env), lambdaLog);

/**
 * Must exceed the deadline of one message, so that no hand-over is cut off while its answer is on the way.
 */
const RESERVE_MS = 75_000;

/**
 * States that a person should hear of. A held mailing is not counted here but by sweep, for as long as it
 * lasts.
 */
const COUNTED: Partial<Record<MailState, string>> = { unknown: 'MailsUnknown', failed: 'MailsFailed' };

/**
 * Tries some mails over shared connections, at the common pace. What a server says is recorded with the mail;
 * only what could not be tried at all returns to the queue.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const counts: Record<string, number> = {};
  const deps = {
    ...aws,
    ...thisCall(context, RESERVE_MS),
    onMailState(state: MailState) {
      const name = COUNTED[state];
      if (name) counts[name] = (counts[name] ?? 0) + 1;
    },
  };
  const failed: string[] = [];
  const ids = event.Records.flatMap(({ messageId, body }) => {
    try {
      const wake = deps.readWake(body);
      if (wake.kind === 'mail') return [wake.id];
    } catch (error) {
      deps.log('error', 'message not understood', { messageId, error });
    }
    failed.push(messageId);
    return [];
  });
  try {
    await sendMails([...new Set(ids)], deps);
  } catch (error) {
    deps.log('error', 'mails not tried', { mails: ids, error });
    return { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  } finally {
    if (Object.keys(counts).length > 0) count(counts);
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
