import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ROLES } from '#http/who-may-call.ts';
import { type HttpDairy, httpDairy } from '#test/support/api/http-dairy.ts';

/** The routes that each role may call; a new route must be written down here. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  'GET /api/customers': ['read', 'write', 'auditor'],
  'GET /api/customers/{number}': ['read', 'write', 'auditor'],
  'PUT /api/customers/{number}': ['write'],
  'DELETE /api/customers/{number}': ['write'],
  'GET /api/deliveries': ['read', 'write', 'auditor'],
  'GET /api/deliveries/{year}/{note}': ['read', 'write', 'auditor'],
  'PUT /api/deliveries/{year}/{note}': ['write'],
  'DELETE /api/deliveries/{year}/{note}': ['write'],
  'GET /api/deliveries/{year}/{note}/document': ['read', 'write', 'auditor'],
  'POST /api/invoices': ['write'],
  'POST /api/preview': ['read', 'write', 'auditor'],
  'GET /api/invoices': ['read', 'write', 'auditor'],
  'GET /api/invoices/{number}': ['read', 'write', 'auditor'],
  'GET /api/invoices/{number}/documents/{document}': ['read', 'write', 'auditor'],
  'POST /api/invoices/{number}/mail': ['write'],
  'POST /api/invoices/{number}/cancellation': ['write'],
  'GET /api/mails': ['read', 'write', 'auditor'],
  'POST /api/mails/{id}/decision': ['write'],
  'GET /api/suppressions': ['read', 'write', 'auditor'],
  'DELETE /api/suppressions/{address}': ['write'],
  'POST /api/runs': ['write'],
  'GET /api/runs': ['read', 'write', 'auditor'],
  'GET /api/runs/{id}': ['read', 'write', 'auditor'],
  'POST /api/runs/{id}/pause': ['write'],
  'POST /api/runs/{id}/resume': ['write'],
  'GET /api/runs/{id}/print-file': ['write'],
  'GET /api/settings': ['write', 'auditor'],
  'PUT /api/settings': ['write'],
  'POST /api/settings/test-mail': ['write'],
  'GET /api/info': ['read', 'write', 'auditor'],
};

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly 'x-roles'?: readonly string[] }>>>
  >;
}

describe('the roles that may call each route', () => {
  let dairy: HttpDairy;
  let routes: {
    readonly name: string;
    readonly method: string;
    readonly path: string;
    readonly roles: readonly string[];
  }[];
  before(async () => {
    dairy = await httpDairy();
    const { paths } = (await (await dairy.app.request('/openapi.json')).json()) as Document;
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { 'x-roles': roles = [] }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, '1'),
        roles,
      })),
    );
  });
  after(() => dairy.close());

  const status = async (method: string, path: string, authorization: string | undefined) => {
    const headers: Record<string, string> = authorization ? { authorization } : {};
    const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
    if (body) headers['content-type'] = 'application/json';
    return dairy.app.request(path, { method, headers, ...(body ? { body } : {}) });
  };

  it('the roles of each route are written down here and in the document', () => {
    assert.deepEqual(routes.map(({ name }) => name).toSorted(), Object.keys(MAY).toSorted());
    for (const { name, roles } of routes) assert.deepEqual(roles, MAY[name], name);
  });

  for (const name of Object.keys(MAY)) {
    it(name, async () => {
      const { method, path } = routes.find((one) => one.name === name)!;
      const writes = dairy.writes();
      for (const token of [undefined, 'Basic OjE=x', 'Bearer', 'Digest abc']) {
        const answer = await status(method, path, token);
        assert.equal(answer.status, 401, `${token}`);
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /);
      }
      for (const role of [...ROLES, 'nobody']) {
        const answer = await status(method, path, `Bearer ${role}`);
        const may = MAY[name]!.includes(role);
        assert.equal(answer.status === 403, !may, `${role}: ${answer.status}`);
        assert.notEqual(answer.status, 401);
      }
      assert.equal(dairy.writes(), writes, 'nothing was changed');
    });
  }

  it('health check, document and its page need no token', async () => {
    for (const path of ['/healthz', '/openapi.json', '/docs']) {
      assert.equal((await dairy.app.request(path)).status, 200, path);
    }
  });
});
