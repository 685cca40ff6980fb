import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { isLoopback } from '#http/loopback.ts';
import { type HttpDairy, httpDairy } from '#test/support/api/http-dairy.ts';

describe('calls by their origin', () => {
  let dairy: HttpDairy;
  before(async () => {
    dairy = await httpDairy({ hosts: isLoopback });
  });
  after(() => dairy.close());

  it('the health check answers that the program lives', async () => {
    const answer = await dairy.app.request('/healthz', { headers: { host: '127.0.0.1:3000' } });
    assert.deepEqual([answer.status, await answer.json()], [200, { status: 'ok' }]);
  });

  it('a call under a foreign host name is refused', async () => {
    for (const host of ['localhost:3000', '127.0.0.1', '[::1]:3000']) {
      assert.equal((await dairy.app.request('/healthz', { headers: { host } })).status, 200, host);
    }
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:3000', '']) {
      assert.equal((await dairy.app.request('/healthz', { headers: { host } })).status, 421, host);
    }
  });

  it('a page of another site cannot change anything', async () => {
    const host = '127.0.0.1:3000';
    const put = (headers: Readonly<Record<string, string>>) =>
      dairy.call('PUT', '/api/customers/1', { name: 'Eins', city: 'Ulm' }, { host, ...headers });
    const writes = dairy.writes();
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:3001' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: `http://${host}` },
    ]) {
      const answer = await put(headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.equal(((await answer.json()) as { code: string }).code, 'wrong-origin');
    }
    assert.equal(dairy.writes(), writes);
    assert.equal((await put({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status, 201);
  });
});

test('only loopback addresses count as loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]:3000']) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of ['0.0.0.0', '192.168.1.2', '::', 'example.org']) assert.ok(!isLoopback(host), host);
});

describe('limits of calls', () => {
  it('a body that is too large is refused', async () => {
    const dairy = await httpDairy();
    const answer = await dairy.call('PUT', '/api/customers/1', { name: 'x'.repeat(4_000_001) });
    assert.equal(answer.status, 413);
    assert.match(((await answer.json()) as { detail: string }).detail, /larger than 4000000 bytes/);
    dairy.close();
  });

  it('a caller who calls too often is slowed down, and nobody else is', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, wait: async () => {} };
    const dairy = await httpDairy({ rate: { perSecond: 2, burst: 3 }, clock });
    const status = async (role: string) => {
      const answer = await dairy.call('GET', '/api/info', undefined, { authorization: `Bearer ${role}` });
      return answer.status === 429 ? `wait ${answer.headers.get('retry-after')}` : answer.status;
    };
    const five = [];
    for (let call = 0; call < 5; call++) five.push(await status('read'));
    assert.deepEqual(five, [200, 200, 200, 'wait 1', 'wait 1']);
    assert.equal(await status('auditor'), 200);
    now += 500;
    assert.deepEqual([await status('read'), await status('read')], [200, 'wait 1']);
    dairy.close();
  });
});

describe('problems in answers', () => {
  let dairy: HttpDairy;
  before(async () => {
    dairy = await httpDairy();
  });
  after(() => dairy.close());
  const problem = async (answer: Response) => {
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    return (await answer.json()) as {
      status: number;
      code: string;
      detail: string;
      errors?: { field?: string; message: string }[];
    };
  };

  it('a problem names each field that is wrong and what to do', async () => {
    const lines = [
      { position: 1, description: 'Milch', quantity: '1.234,5', unitPrice: 1, vatRate: 7 },
      { position: 0, description: '', quantity: 1, unitPrice: '-1', vatRate: 7, vatCategory: 'Z' },
    ];
    const answer = await dairy.call('PUT', '/api/deliveries/2026/N1', {
      date: '2026-02-30',
      customer: '9',
      lines,
      colour: 'blue',
    });
    const { status, code, errors } = await problem(answer);
    assert.deepEqual([answer.status, status, code], [422, 422, 'bad-input']);
    const fields = errors?.map(({ field }) => field) ?? [];
    for (const field of ['date', 'lines.0.quantity', 'lines.1.position', 'lines.1.description', 'colour']) {
      assert.ok(fields.includes(field), `${field} is among ${fields}`);
    }
    assert.match(errors!.find(({ field }) => field === 'lines.0.quantity')!.message, /thousands separators/);
  });

  it('a body that is no JSON, or is declared as something else, is refused as such', async () => {
    assert.equal((await problem(await dairy.call('POST', '/api/runs', '{'))).code, 'bad-json');
    const text = await dairy.call('POST', '/api/runs', 'cycle=monthly', { 'content-type': 'text/plain' });
    assert.deepEqual([text.status, (await problem(text)).code], [415, 'unsupported-media-type']);
  });

  it('what does not exist is not found, and a wrong method is answered with the allowed ones', async () => {
    for (const path of ['/api/nothing', '/api/customers/777', '/api/invoices/777', '/api/runs/777']) {
      const answer = await dairy.call('GET', path);
      assert.deepEqual([answer.status, (await problem(answer)).code], [404, 'not-found'], path);
    }
    const answer = await dairy.call('PATCH', '/api/customers/9', {});
    assert.deepEqual([answer.status, (await problem(answer)).code], [405, 'method-not-allowed']);
    assert.equal(answer.headers.get('allow'), 'DELETE, GET, PUT');
  });

  it('the cause of a breakdown goes to the log and not into the answer', async () => {
    const logged: unknown[] = [];
    const broken = await httpDairy({
      log: (_level, _event, fields) => void logged.push(fields),
      testMail: async () => {
        throw new Error('password "geheim" is wrong');
      },
    });
    const answer = await broken.call('POST', '/api/settings/test-mail', { to: 'a@b.example' });
    const { code, detail } = await problem(answer);
    assert.deepEqual([answer.status, code], [500, 'internal']);
    assert.ok(!detail.includes('geheim'));
    assert.equal(detail.includes((logged[0] as { id: string }).id), true);
    broken.close();
  });
});
