import { pathToFileURL } from 'node:url';

/**
 * Does what Lambda's own runtime does with a bundle: loads it once, then calls its handler, one event after
 * the other. `lambda-function.ts` runs this in a process of its own, with the bundle's file and the handler's
 * name.
 */
export interface Call {
  readonly event: unknown;
  readonly timeoutMs: number;
  /** How many milliseconds the process's clock is ahead of this machine's. */
  readonly aheadMs: number;
}
export type Answer =
  | 'ready'
  | { readonly result: unknown }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } };

const [, , file = '', entry = ''] = process.argv;
const machineTime = Date.now;
let ahead = 0;
Date.now = () => machineTime() + ahead;

const { [entry]: handler } = (await import(pathToFileURL(file).href)) as Record<
  string,
  (event: unknown, context: object) => Promise<unknown>
>;
const say = (answer: Answer) => process.send!(answer);

process.on('message', async ({ event, timeoutMs, aheadMs }: Call) => {
  ahead = aheadMs;
  const end = machineTime() + timeoutMs;
  const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${functionName}`,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: crypto.randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'test',
    getRemainingTimeInMillis: () => Math.max(0, end - machineTime()),
  };
  try {
    say({ result: (await handler!(event, context)) ?? null });
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    say({ error: { name, message, stack } });
  }
});
process.on('disconnect', () => process.exit());
say('ready');
