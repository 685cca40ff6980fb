import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { fromSchema, type JsonSchema, type Known } from '#test/support/api/from-schema.ts';
import { httpDairy } from '#test/support/api/http-dairy.ts';

const CALLS = 25;
const RUNS = process.env.LONG ? 200 : 20;
const PATIENCE_MS = 10_000;

/** Values that exist in the dairy, or that calls make in it. */
const KNOWN: Known = {
  number: ['9', '10', '70', '1', '2026000001', '2026000002'],
  customer: ['9', '10', '70', '1'],
  customers: ['9', '10'],
  year: ['2026'],
  note: ['L1', 'L2', 'L3', 'N1'],
  deliveries: ['2026/L1', '2026/L2', '2026/N1'],
  date: ['2026-10-07', '2026-11-02'],
  from: ['2026-10-01'],
  to: ['2026-12-31'],
  period: ['2026-10', '2026-W44'],
  cycle: ['monthly'],
  position: [1, 2, 3],
  quantity: ['2,5', -1, 3],
  unitPrice: ['1.25', 2],
  vatRate: [7, '19'],
  vatCategory: ['S'],
  document: ['1'],
  limit: ['1', '50'],
  'idempotency-key': ['k1', 'k2'],
  id: ['RUN', '2026000001-1'],
  name: ['Eins'],
  city: ['Ulm'],
  street: ['Weg 1'],
  zip: ['89073'],
  description: ['Milch'],
  filePrefix: ['R'],
  deliveryNotePrefix: ['L'],
  language: ['de', 'en'],
  skontoPercent: ['2'],
  discount: ['0', 5],
  vatId: [''],
  iban: [''],
  mandate: [''],
  invoiceDate: ['2026-11-03'],
  after: [undefined],
};

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
  };
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}
interface Call {
  readonly method: string;
  /** The route as the document writes it. */
  readonly route: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The statuses that the document names. */
  readonly told: readonly string[];
}

describe('random calls by the document of the API', () => {
  let call: fc.Arbitrary<Call>;
  before(async () => {
    const dairy = await httpDairy();
    call = callsOf((await (await dairy.app.request('/openapi.json')).json()) as Document);
    dairy.close();
  });

  it('random calls, valid and broken, are answered in time without a breakdown, and refusals change nothing', async () => {
    const statuses = new Map<string, number>();
    const succeeded = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: CALLS, maxLength: CALLS }), async (calls) => {
        const errors: unknown[] = [];
        let run = '0';
        const dairy = await httpDairy({
          log: (level, _event, fields) => level === 'error' && errors.push(fields),
        });
        await dairy.call('POST', '/api/invoices', { customer: '9', deliveries: ['2026/L3'] });
        for (const { method, route, path: written, headers, body, told } of calls) {
          const path = written.replace('RUN', run);
          const name = `${method} ${path} ${JSON.stringify(headers)} ${JSON.stringify(body)}`;
          const writes = dairy.writes();
          const answer = await inTime(dairy.call(method, path, body, headers), name);
          statuses.set(`${method} ${answer.status}`, (statuses.get(`${method} ${answer.status}`) ?? 0) + 1);
          assert.ok(
            answer.status < 500,
            `${name}: ${answer.status} ${await answer.clone().text()} ${errors}`,
          );
          if (answer.status >= 400) {
            assert.equal(answer.headers.get('content-type'), 'application/problem+json', name);
            const { detail, code } = (await answer.json()) as { detail?: string; code?: string };
            assert.ok(detail && code, name);
            assert.equal(dairy.writes(), writes, `${name}: refused, and changed something`);
          } else {
            assert.ok(
              told.includes(String(answer.status)),
              `${name}: ${answer.status} is not in the document`,
            );
            succeeded.add(`${method} ${route}`);
            run = /"run":"(\w+)"/.exec(await answer.text())?.[1] ?? run;
          }
        }
        await dairy.settle();
        dairy.close();
      }),
      { numRuns: RUNS },
    );
    console.log(`${RUNS * CALLS} calls: ${[...statuses].map(([of, count]) => `${of} ${count}`).join(', ')}`);
    console.log(`Of ${succeeded.size} routes some call went through.`);
    // Calls that are all refused at once would show nothing.
    assert.ok(succeeded.size >= 14, [...succeeded].join(', '));
  });
});

async function inTime(answer: Promise<Response>, name: string): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: no answer in ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function callsOf({ paths, components }: Document): fc.Arbitrary<Call> {
  const resolve = (ref: string) => components.schemas[ref.split('/').at(-1)!]!;
  const arbitrary = (schema: JsonSchema, name: string) => fromSchema(schema, KNOWN, resolve, name);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [number, fc.Arbitrary<Call>] => {
      const { parameters = [], requestBody, responses } = operation;
      const values = fc.record(
        Object.fromEntries(
          parameters.map(({ name, schema, required }) => [
            name,
            required
              ? arbitrary(schema, name)
              : fc.option(arbitrary(schema, name), { nil: undefined, freq: 2 }),
          ]),
        ),
      );
      const body = requestBody
        ? arbitrary(requestBody.content['application/json'].schema, '')
        : fc.constant(undefined);
      const call = fc.tuple(values, body).map(([given, its]) => {
        const of = (place: string) =>
          parameters.filter((one) => one.in === place && given[one.name] !== undefined);
        const text = (name: string) => asText(given[name]);
        const query = new URLSearchParams(of('query').map(({ name }) => [name, text(name)]));
        const filled = path.replaceAll(
          /\{(\w+)\}/g,
          (_, name: string) => encodeURIComponent(text(name)) || '%20',
        );
        return {
          method: method.toUpperCase(),
          route: path,
          path: query.size > 0 ? `${filled}?${query}` : filled,
          headers: Object.fromEntries(
            of('header').map(({ name }) => [name, text(name).replaceAll(/[^\x20-\x7e]/g, '?')]),
          ),
          body: withNumberOfPath(its, given.number),
          told: Object.keys(responses),
        };
      });
      // Calls that change something come more often, but rarely those that delete the customers.
      return [method === 'post' || method === 'put' ? 6 : method === 'get' ? 2 : 1, call];
    }),
  );
  return fc.oneof(...operations.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Writes a value for a path or a query, which cannot hold lone surrogates. */
const asText = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();

/** Gives the body the number of the path, because both usually name one customer. */
const withNumberOfPath = (body: unknown, number: unknown): unknown =>
  typeof body === 'object' && body !== null && 'number' in body ? { ...body, number } : body;
