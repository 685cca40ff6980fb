import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/**
 * Passes a request through API Gateway's HTTP API, imitated from its documentation: it becomes an event of
 * format 2.0, and the function's result becomes the answer. The path arrives decoded, although the event
 * calls it raw; a repeated header arrives once, joined by a comma; a body that is not text arrives in base64.
 * @param invoke calls the function; if it throws, the caller gets API Gateway's error without the reason
 */
export async function throughGateway(
  request: Request,
  invoke: (event: APIGatewayProxyEventV2) => Promise<unknown>,
): Promise<Response> {
  try {
    return answerOf((await invoke(await eventOf(request))) as APIGatewayProxyStructuredResultV2);
  } catch {
    return Response.json({ message: 'Internal Server Error' }, { status: 500 });
  }
}

async function eventOf(request: Request): Promise<APIGatewayProxyEventV2> {
  const { host, pathname, search } = new URL(request.url);
  const { cookie, ...headers } = Object.fromEntries(request.headers);
  const bytes = Buffer.from(await request.arrayBuffer());
  const isText = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b|$)/.test(
    headers['content-type'] ?? '',
  );
  const rawPath = decodeURIComponent(pathname);
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: search.slice(1),
    ...(cookie ? { cookies: cookie.split('; ') } : {}),
    headers: {
      host,
      'content-length': String(bytes.length),
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      ...headers,
    },
    ...(search ? { queryStringParameters: Object.fromEntries(new URLSearchParams(search)) } : {}),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: host,
      domainPrefix: 'api',
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: crypto.randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(bytes.length > 0 ? { body: bytes.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: bytes.length > 0 && !isText,
  };
}

function answerOf({
  statusCode = 200,
  headers: given = {},
  cookies = [],
  body = '',
  isBase64Encoded,
}: APIGatewayProxyStructuredResultV2): Response {
  const headers = new Headers(
    Object.entries(given).map(([name, value]): [string, string] => [name, String(value)]),
  );
  for (const one of cookies) headers.append('set-cookie', one);
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const isEmpty = [204, 205, 304].includes(statusCode);
  return new Response(isEmpty ? null : bytes, { status: statusCode, headers });
}
