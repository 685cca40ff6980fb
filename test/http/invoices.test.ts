import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type HttpDairy, httpDairy } from '#test/support/api/http-dairy.ts';
import { SETTINGS } from '#test/support/data/dairy.ts';

interface Answer {
  readonly number: string;
  readonly run: string;
  readonly state: string;
  readonly delivery: { readonly state: string };
}

async function open(test: TestContext, over: Parameters<typeof httpDairy>[0] = {}): Promise<HttpDairy> {
  const dairy = await httpDairy(over);
  test.after(() => dairy.close());
  return dairy;
}
const answerOf = async (answer: Promise<Response>) => (await (await answer).json()) as Answer;

describe('an instant invoice over HTTP', () => {
  it('the output of an instant invoice follows the setting, unless the call names one', async (t) => {
    const dairy = await open(t);
    const make = async (note: string, output?: string) => {
      const order = { customer: '9', deliveries: [`2026/${note}`], ...(output ? { output } : {}) };
      return (await answerOf(dairy.call('POST', '/api/invoices', order))).delivery.state;
    };
    const line = { position: 1, description: 'Milch', quantity: 1, unitPrice: 1, vatRate: 7 };
    for (let note = 4; note <= 7; note++) {
      const put = dairy.call('PUT', `/api/deliveries/2026/L${note}`, {
        ...{ date: '2026-10-09', customer: '9', lines: [line] },
      });
      assert.equal((await put).status, 201);
    }
    assert.deepEqual(
      [await make('L1'), await make('L2', 'screen'), await make('L3', 'print')],
      ['queued', 'filed', 'to print'],
    );
    const off = { ...SETTINGS, ordering: { autoPdfForInstantInvoices: false } };
    assert.equal((await dairy.call('PUT', '/api/settings', off)).status, 200);
    assert.deepEqual([await make('L4'), await make('L5', 'pdf')], ['filed', 'queued']);
  });

  it('an instant invoice that takes longer than a call waits is answered with the place to look for it', async (t) => {
    const { deps } = await open(t);
    const dairy = await open(t, { documents: { ...deps.documents, bill: async () => 'later' } });
    const answer = await dairy.call('POST', '/api/invoices', { customer: '9' });
    const { run, state } = (await answer.json()) as Answer;
    assert.deepEqual([answer.status, state], [202, 'under way']);
    assert.equal(answer.headers.get('location'), `/api/runs/${run}`);
    // The caller looks there, and the run goes on by itself.
    await dairy.settle();
    const { customers } = (await (await dairy.call('GET', `/api/runs/${run}?customers=all`)).json()) as {
      customers: { invoice: string }[];
    };
    assert.deepEqual(
      customers.map(({ invoice }) => invoice),
      ['2026000001'],
    );
    const later = await dairy.call('POST', '/api/invoices', { customer: '9' });
    assert.equal(later.status, 409, 'nothing to bill');
  });

  it('an instant invoice comes as JSON or as PDF, as the caller accepts', async (t) => {
    const dairy = await open(t);
    const headers = { 'idempotency-key': 'once' };
    for (const [accept, type] of [
      [undefined, 'application/json'],
      ['*/*', 'application/json'],
      ['application/pdf', 'application/pdf'],
      ['application/pdf, application/json;q=0.5', 'application/pdf'],
      ['application/json, application/pdf', 'application/json'],
      ['text/html', 'application/json'],
    ] as const) {
      const answer = await dairy.call(
        'POST',
        '/api/invoices',
        { customer: '9' },
        { ...headers, ...(accept ? { accept } : {}) },
      );
      assert.deepEqual(
        [answer.status, answer.headers.get('content-type')?.split(';')[0], answer.headers.get('location')],
        [201, type, '/api/invoices/2026000001'],
        accept,
      );
      await answer.arrayBuffer();
    }
  });

  it('an instant invoice that cannot be made is refused with the reason and leaves nothing behind', async (t) => {
    const dairy = await open(t);
    const before = dairy.writes();
    const lines = [{ position: 1, description: 'Schnee ☃', quantity: 1, unitPrice: 1, vatRate: 7 }];
    const answer = await dairy.call('POST', '/api/invoices', { customer: '9', lines });
    const { detail } = (await answer.json()) as { detail: string };
    assert.equal(answer.status, 422);
    assert.match(detail, /☃/);
    assert.equal(dairy.writes(), before);
  });
});
