import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { addDays, berlinDay } from '#core/domain/calendar.ts';
import type { Invoice, Run } from '#test/support/api-client.ts';
import { readPdf } from '#test/support/pdf-text.ts';
import { startScriptedServer } from '#test/support/scripted-smtp.ts';
import { all, bytesOf, cents, done, type Place, refused, total, until } from './api-place.ts';

const PDF = { accept: 'application/pdf' };
/** Customers of the month: those with odd numbers get mail. */
const MONTHLY = Array.from({ length: 22 }, (_, index) => String(101 + index));
const getsMail = (customer: string): boolean => Number(customer) % 2 === 1;

/** Of the month before this one: all of it is delivered, whatever day it is. */
const LAST = addDays(`${berlinDay(Date.now()).slice(0, 7)}-01`, -1);
const MONTH = LAST.slice(0, 7);
const YEAR = MONTH.slice(0, 4);
const dayOf = (day: number): string => `${MONTH}-${String(day).padStart(2, '0')}`;

const COMPANY = {
  ...{ name: 'Molkerei Wiesengrund GmbH', street: 'Am Mühlbach 7', zip: '87435', city: 'Kempten' },
  ...{ vatId: 'DE123456788', iban: 'DE02120300000000202051' },
};
const cheese = (quantity: string, unitPrice: string) => ({
  ...{ position: 1, article: '4711', description: 'Bergkäse', unit: 'kg', vatRate: '7' },
  ...{ quantity, unitPrice },
});
const crates = { position: 2, description: 'Pfandkiste', quantity: '-2', unitPrice: '3.10', vatRate: '19' };

/**
 * What an ERP and its clerks do through the API, from an empty data folder to the paper post of a month. Figures are
 * those of the API alone.
 */
export async function tellStory(place: Place): Promise<void> {
  const { api } = place;
  const settings = (over: object = {}) => ({ body: { company: COMPANY, mail: place.mail, ...over } });
  const putCustomer = (number: string, over: object = {}) =>
    api.putCustomer({
      path: { number },
      body: {
        ...{ name: `Gasthof ${number}`, street: 'Seestraße 1', zip: '87629', city: 'Füssen' },
        ...{ invoiceByMail: getsMail(number), invoiceEmail: `k${number}@gasthof.example` },
        ...over,
      },
    });
  const putNote = (note: string, customer: string, day: number, lines: readonly object[]) =>
    api.putDelivery({ path: { year: YEAR, note }, body: { date: dayOf(day), customer, lines } });
  const note = (number: string) => done(api.getDelivery({ path: { year: YEAR, note: number } }));
  const invoice = (number: string) => done(api.getInvoice({ path: { number } }));
  const run = (id: string) => done(api.getRun({ path: { id }, query: { customers: 'all' } }));
  const mailed = (number: string, state: string) =>
    until(
      place,
      `${number} ${state}`,
      () => invoice(number),
      ({ delivery }) => delivery.state === state,
    );
  const arrived = async (number: string) =>
    (await place.mails()).filter(({ subject }) => subject.includes(number));

  // A new shop: nothing can be billed before it says who it is.
  assert.equal((await done(api.getInfo())).company, undefined);
  await done(putCustomer('1', { deliveryOverview: true }), 201);
  assert.equal((await refused(api.createInvoice({ body: { customer: '1' } }), 422)).code, 'bad-settings');
  const { errors } = await refused(api.putSettings({ body: { company: { ...COMPANY, city: '' } } }), 422);
  assert.deepEqual(
    errors?.map(({ field }) => field),
    ['company.city'],
  );
  assert.equal((await done(api.putSettings(settings()))).changed, true);
  assert.equal((await done(api.getInfo())).company, COMPANY.name);
  assert.equal((await done(api.sendTestMail({ body: { to: 'buero@kunde.example' } }))).state, 'accepted');
  await done(putCustomer('1', { deliveryOverview: true }), 200);
  await done(putCustomer('2'), 201);

  // Deliveries, and what their invoice would look like.
  await done(putNote('A1', '1', 3, [cheese('2.5', '14.90'), crates]), 201);
  await done(putNote('A2', '1', 4, [cheese('1.125', '14.9015')]), 201);
  await done(putNote('A3', '1', 5, [cheese('7', '14.90')]), 201);
  const deliveries = [`${YEAR}/A1`, `${YEAR}/A2`];
  const order = { customer: '1', deliveries };
  const preview = await readPdf(await bytesOf(await done(api.previewInvoice({ body: order }))));
  assert.match(preview.text, /ENTWURF/);
  assert.match(preview.text, /Bergkäse/);
  assert.doesNotMatch(preview.text, /20\d\d000\d{3}\b/);
  assert.deepEqual([await all(api.listInvoices), await all(api.listRuns)], [[], []]);
  assert.equal((await note('A1')).state, 'open');

  // The invoice at once, as PDF; the same call again is the same invoice.
  const headers = { ...PDF, 'idempotency-key': 'till-7-0001' };
  const call = await api.createInvoice({ body: order, headers });
  const pdf = await bytesOf((await done(Promise.resolve(call), 201)) as Blob);
  const [, first = ''] = /^\/api\/invoices\/(\w+)$/.exec(call.response.headers.get('location') ?? '') ?? [];
  assert.ok((await readPdf(pdf)).text.includes(first));
  const again = await bytesOf((await done(api.createInvoice({ body: order, headers }), 201)) as Blob);
  assert.ok(again.equals(pdf), 'byte for byte');
  const asJson = await done(
    api.createInvoice({ body: order, headers: { 'idempotency-key': 'till-7-0001' } }),
    201,
  );
  assert.equal((asJson as Invoice).number, first);
  const other = { customer: '1', deliveries: [`${YEAR}/A3`] };
  assert.equal(
    (await refused(api.createInvoice({ body: other, headers }), 422)).code,
    'idempotency-mismatch',
  );
  const both = { customer: '1', deliveries: [`${YEAR}/A1`, `${YEAR}/A3`] };
  assert.equal((await refused(api.createInvoice({ body: both }), 409)).code, 'note-not-open');
  assert.equal((await all(api.listInvoices)).length, 1);

  // Its mail has the same bytes, and so has the one that a clerk sends again.
  const issued = await mailed(first, 'accepted');
  assert.deepEqual(
    [issued.deliveries, issued.net, issued.vat, issued.gross],
    // 2.5 × 14.90 − 2 × 3.10, and 1.125 × 14.9015: 54.01 at 7 %, −6.20 at 19 %
    [deliveries, '47.81', '2.60', '50.41'],
  );
  assert.deepEqual(
    issued.documents.map(({ n, kind }) => [n, kind]),
    [
      [1, 'invoice'],
      [2, 'delivery-overview'],
    ],
  );
  for (const { n, sha256 } of issued.documents) {
    const path = { number: first, document: String(n) };
    assert.equal(hash('sha256', await bytesOf(await done(api.getInvoiceDocument({ path })))), sha256);
  }
  await refused(api.getInvoiceDocument({ path: { number: first, document: 'xml' } }), 404);
  const resent = await done(api.mailInvoice({ path: { number: first } }), 202);
  assert.notEqual(resent.id, issued.delivery.mail);
  await mailed(first, 'accepted');
  const copies = await arrived(first);
  assert.deepEqual(
    copies.map(({ to, files }) => [to, files[0]?.equals(pdf), hash('sha256', files[1]!)]),
    [0, 1].map(() => ['k1@gasthof.example', true, issued.documents[1]!.sha256]),
  );
  assert.equal((await all(api.listMails, { customer: '1', state: 'accepted' }, 1)).length, 2);

  // It was wrong: taken back, corrected, billed again.
  const correct = () => putNote('A1', '1', 3, [cheese('2.4', '14.90'), crates]);
  const { detail } = await refused(correct(), 409);
  assert.ok(detail.includes(first), detail);
  const cancellation = (await done(
    api.cancelInvoice({ path: { number: first }, body: { reopenDeliveries: true, reason: 'Gewicht' } }),
    201,
  )) as Invoice;
  assert.deepEqual(
    [cancellation.kind, cancellation.cancels?.number, cancellation.net, cancellation.gross],
    ['cancellation', first, '-47.81', '-50.41'],
  );
  await mailed(cancellation.number, 'accepted');
  assert.equal((await invoice(first)).cancelledBy, cancellation.number);
  await refused(api.cancelInvoice({ path: { number: first }, body: {} }), 422);
  assert.equal((await done(correct(), 200)).state, 'open');
  const second = (await done(api.createInvoice({ body: order }), 201)) as Invoice;
  assert.deepEqual([second.net, (await note('A1')).invoice], ['46.32', second.number]);
  await mailed(second.number, 'accepted');

  // What is sold without a note becomes one; its document is made once.
  const sale = { customer: '2', lines: [cheese('0.5', '20')], note: { number: 'T1', date: dayOf(6) } };
  const sold = (await done(api.createInvoice({ body: sale }), 201)) as Invoice;
  assert.deepEqual([sold.deliveries, sold.delivery.state], [[`${YEAR}/T1`], 'to print']);
  const document = async () =>
    bytesOf(await done(api.getDeliveryDocument({ path: { year: YEAR, note: 'T1' } })));
  const slip = await document();
  assert.match((await readPdf(slip)).text, /T1/);
  assert.ok((await document()).equals(slip));

  // A mail whose answer is lost: nobody knows, and a person decides.
  const rude = await startScriptedServer({ dot: 'close' });
  try {
    const smtp = { host: '127.0.0.1', port: rude.port, encryption: 'none' };
    await done(api.putSettings(settings({ mail: { ...place.mail, transport: 'smtp', smtp } })));
    await done(putCustomer('3'), 201);
    const body = { customer: '3', lines: [cheese('1', '10')], note: { date: dayOf(7) } };
    const lost = (await done(api.createInvoice({ body }), 201)) as Invoice;
    const path = { id: (await mailed(lost.number, 'unknown')).delivery.mail! };
    assert.deepEqual(
      (await all(api.listMails, { state: 'unknown' })).map(({ id }) => id),
      [path.id],
    );
    assert.equal(
      (await done(api.decideMail({ path, body: { decision: 'count as sent' } }))).state,
      'settled',
    );
    assert.equal(rude.messages.length, 1);
  } finally {
    await rude.close();
  }
  await done(api.putSettings(settings()));

  // The month: rehearsed, begun, paused, gone on with.
  await Promise.all(MONTHLY.map((customer) => done(putCustomer(customer), 201)));
  await Promise.all(
    MONTHLY.map((customer, index) =>
      done(putNote(`M${customer}`, customer, 1 + (index % 28), [cheese(`${index + 1}.125`, '1.3333')]), 201),
    ),
  );
  await done(putNote('X1', MONTHLY[0]!, 9, [crates, cheese('9', '9')]), 201);
  await done(api.deleteDelivery({ path: { year: YEAR, note: 'X1' } }), 204);
  assert.equal(
    (await refused(api.deleteCustomer({ path: { number: MONTHLY[0]! } }), 409)).code,
    'customer-in-use',
  );
  const month = { cycle: 'monthly', period: MONTH };
  const rehearsal = await done(api.startRun({ body: { ...month, dryRun: true } }), 200);
  const started = await done(api.startRun({ body: month }), 202);
  const paused = await done(api.pauseRun({ path: { id: started.run } }));
  assert.equal(paused.paused, true);
  const meanwhile = { customer: '2', lines: [cheese('1', '30')], note: { date: dayOf(8) } };
  await done(api.createInvoice({ body: meanwhile }), 201);
  await place.goOn();
  assert.deepEqual(
    [(await run(started.run)).paused, (await run(started.run)).state === 'closed'],
    [true, false],
  );
  assert.equal((await done(api.resumeRun({ path: { id: started.run } }))).paused, undefined);
  const way = (report: Run) => Object.keys(report.delivery);
  const closed = await until(
    place,
    'the end of the run',
    () => run(started.run),
    (report) => report.state === 'closed' && way(report).every((state) => /accepted|to print/.test(state)),
  );
  assert.deepEqual(closed.totals, rehearsal.totals);
  assert.deepEqual([closed.discrepancies, closed.pauses?.length], [[], 1]);
  // The customers of the month, and A3.
  assert.equal(closed.counts.issued, MONTHLY.length + 1);
  assert.deepEqual(closed.delivery, { accepted: 12, 'to print': 11 });
  await refused(api.pauseRun({ path: { id: started.run } }), 422);

  await checkBooks(place, closed);

  // Its paper post; then it is printed.
  const post = await readPdf(await bytesOf(await done(api.getPrintFile({ path: { id: closed.run } }))));
  const onPaper = closed.customers.filter(({ delivery }) => delivery?.state === 'to print');
  assert.equal(onPaper.length, 11);
  for (const { invoice: number } of onPaper) assert.ok(post.text.includes(number!), number);
  for (const { invoice: number } of onPaper) {
    assert.equal((await invoice(number!)).delivery.state, 'printed');
  }
  assert.deepEqual(
    (await all(api.listInvoices, { state: 'printed' }, 4)).map(({ number }) => number),
    onPaper.map(({ invoice: number }) => number),
  );
}

/** Everything that the lists tell adds up to the cent. */
async function checkBooks({ api }: Place, closed: Run): Promise<void> {
  const invoices = await all(api.listInvoices);
  const ofRun = invoices.filter(({ run }) => run === closed.run);
  for (const part of ['net', 'vat', 'gross'] as const) {
    assert.equal(total(ofRun.map((one) => one[part])), cents(closed.totals[part]), part);
  }
  for (const { number, net, vat, gross, vatRows } of invoices) {
    assert.equal(cents(net) + cents(vat), cents(gross), number);
    assert.equal(total(vatRows.map((row) => row.net)), cents(net), number);
    assert.equal(total(vatRows.map((row) => row.vat)), cents(vat), number);
  }
  const [from, to] = [dayOf(1), LAST];
  const billed = await all(api.listDeliveries, { from, to, state: 'billed' });
  assert.equal(
    total(billed.map(({ net }) => net)),
    total(invoices.map(({ net }) => net)),
    'what was delivered is what was billed',
  );
  for (const { invoice, id } of billed) {
    assert.ok(invoices.find(({ number }) => number === invoice)?.deliveries.includes(id), id);
  }
  assert.deepEqual(await all(api.listDeliveries, { from, to, state: 'open' }), []);
  const numbers = invoices.map(({ number }) => Number(number)).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => numbers[0]! + index),
    'no number twice, and none left out',
  );
  // By customer, and by the way they go.
  const customers = await all(api.listCustomers, {}, 9);
  const mail = await all(api.listCustomers, { mail: true });
  assert.deepEqual(
    mail.map(({ number }) => number),
    customers.filter(({ invoiceByMail }) => invoiceByMail).map(({ number }) => number),
  );
  assert.deepEqual(
    (await all(api.listInvoices, { customer: '1' }, 2)).map(({ number }) => number),
    invoices
      .filter(({ customer }) => customer.number === '1')
      .map(({ number }) => number)
      .sort(),
  );
  const byMail = await all(api.listInvoices, { mail: true });
  const notByMail = await all(api.listInvoices, { mail: false });
  assert.equal(byMail.length + notByMail.length, invoices.length);
  assert.ok(byMail.every(({ customer }) => getsMail(customer.number)));
}
