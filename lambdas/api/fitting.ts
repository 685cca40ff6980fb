import type { APIGatewayProxyResult } from 'hono/aws-lambda';

/** An answer of Lambda holds 6 MB, in which a file's base64 takes a third more than the file. */
const MAX_ANSWER = 6_000_000;

/** The answer, or a problem (RFC 9457) in its place where Lambda would not let it pass. */
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
