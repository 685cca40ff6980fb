import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fitting } from '../../lambdas/api/fitting.ts';

it('an answer too large for Lambda is replaced by a problem, and any other answer is left as it is', () => {
  const answer = { statusCode: 200, headers: { 'content-type': 'application/pdf' }, isBase64Encoded: true };
  const small = { ...answer, body: 'x'.repeat(6_000_000) };
  assert.equal(fitting(small), small);
  const { statusCode, headers, body, isBase64Encoded } = fitting({ ...answer, body: `${small.body}x` });
  assert.deepEqual([statusCode, isBase64Encoded], [413, false]);
  assert.equal(headers?.['content-type'], 'application/problem+json');
  const { code, status, detail } = JSON.parse(body);
  assert.deepEqual([code, status], ['too-large', 413]);
  assert.match(detail, /has 6\.0 MB and 6 pass/);
});
