import type { APIGatewayProxyResult } from 'hono/aws-lambda';

/** Lambda limits an answer to 6 MB, and base64 makes a file a third larger. */
const MAX_ANSWER = 6_000_000;

/** Returns the answer, or a problem (RFC 9457) in its place when it exceeds Lambda's limit. */
export function fitting(result: APIGatewayProxyResult): APIGatewayProxyResult {
  const { length } = result.body;
  if (length <= MAX_ANSWER) return result;
  const problem = {
    type: '/docs#too-large',
    title: 'Too large',
    status: 413,
    detail: `The answer has ${(length / 1e6).toFixed(1)} MB and ${MAX_ANSWER / 1e6} pass: ask for less at once; a file can be had from the archive, or with the command line.`,
    code: 'too-large',
  };
  return {
    statusCode: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify(problem),
    isBase64Encoded: false,
  };
}
