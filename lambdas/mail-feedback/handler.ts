import type { Context, EventBridgeEvent } from 'aws-lambda';
import { recordMailFeedback } from '#core/mailing/record-mail-feedback.ts';
import { openAws, readSesEvent } from '#wiring/aws.ts';
import { awsConfig } from '#wiring/config.ts';
import { count, lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';

const aws = openAws(awsConfig(process.env), lambdaLog);

/**
 * Records what SES reports about a mail through EventBridge. Events may be late, repeated and in any order.
 */
export async function handler(event: EventBridgeEvent<string, unknown>, context: Context): Promise<void> {
  const deps = { ...aws, ...thisCall(context) };
  const told = readSesEvent(event);
  if (!told) {
    // Opens and clicks are not subscribed to, and other programs' mails lack our tag.
    deps.log('info', 'event without a mail of ours', { type: event['detail-type'] });
    return;
  }
  const known = await recordMailFeedback(told.mailId, told.feedback, deps);
  if (!known) deps.log('warn', 'event of an unknown mail', { mail: told.mailId });
  const name = {
    bounced: 'MailsBounced',
    suppressed: 'MailsSuppressed',
    complained: 'MailsComplained',
    rejected: 'MailsRejected',
  } as const;
  const { kind } = told.feedback;
  if (kind in name) count({ [name[kind as keyof typeof name]]: 1 });
}
