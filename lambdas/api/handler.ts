import type { Context } from 'aws-lambda';
import { type APIGatewayProxyResult, handle, type LambdaEvent } from 'hono/aws-lambda';
import { createApp } from '#http/app.ts';
import { openAwsApi, type ThisCall } from '#wiring/aws-api.ts';
import { apiConfig } from '#wiring/config.ts';
import { lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';
import { fitting } from './fitting.ts';

const { deps, inCall } = openAwsApi(apiConfig(process.env), lambdaLog);
const answer = handle(createApp(deps));

/** What is left for the answer when a call has waited for documents as long as it may: 22 s, and a start may be before. */
const RESERVE_MS = 7000;

/** The HTTP API behind API Gateway: events of format 2.0. */
export async function handler(
  event: Extract<LambdaEvent, { rawPath: string }>,
  context: Context,
): Promise<APIGatewayProxyResult> {
  const call: ThisCall = thisCall(context, RESERVE_MS);
  const begun = performance.now();
  const asked = { ...event, rawPath: encoded(event.rawPath) };
  const result = fitting(await inCall(call, () => answer(asked, context)));
  deps.log('info', 'call', {
    caller: call.caller,
    method: event.requestContext.http.method,
    // Without the query, which may hold names.
    path: event.rawPath,
    status: result.statusCode,
    milliseconds: Math.round(performance.now() - begun),
    requestId: event.requestContext.requestId,
  });
  return result;
}

/** API Gateway decodes the path, whatever its name says; what it decoded must not count as syntax. */
const encoded = (rawPath: string): string =>
  encodeURI(rawPath.toWellFormed()).replace(/[?#]/g, encodeURIComponent);
