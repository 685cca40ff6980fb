import type { Context } from 'aws-lambda';
import { type APIGatewayProxyResult, handle, type LambdaEvent } from 'hono/aws-lambda';
import { createApp } from '#http/app.ts';
import { openAwsApi, type ThisCall } from '#wiring/aws-api.ts';
import { apiConfig } from '#wiring/config.ts';
import { lambdaLog, thisCall } from '#wiring/lambda-runtime.ts';
import { fitting } from './fitting.ts';

const { deps, inCall } = openAwsApi(apiConfig(process.env), lambdaLog);
const answer = handle(createApp(deps));

/**
 * Time kept for the answer when a call has waited for documents: it may wait 22 s, and a cold start may come
 * before.
 */
const RESERVE_MS = 7000;

/** Answers calls of the HTTP API behind API Gateway (events of format 2.0). */
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
    // The query is left out of the log, because it may hold names.
    path: event.rawPath,
    status: result.statusCode,
    milliseconds: Math.round(performance.now() - begun),
    requestId: event.requestContext.requestId,
  });
  return result;
}

/**
 * Encodes the path again. API Gateway decodes it, although the field is called raw, and decoded characters
 * must not count as syntax.
 */
const encoded = (rawPath: string): string =>
  encodeURI(rawPath.toWellFormed()).replace(/[?#]/g, encodeURIComponent);
