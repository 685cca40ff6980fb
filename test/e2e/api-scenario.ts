import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { Invoice } from '#test/support/api/api-client.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { startScriptedServer } from '#test/support/mail/scripted-smtp.ts';
import { type Clerk, COMPANY, cheese, clerkAt, crates, dayOf, YEAR } from './api-clerk.ts';
import { type ApiDeployment, all, bytesOf, done, refused } from './api-deployment.ts';
import { billMonth } from './api-month.ts';

const ORDER = { customer: '1', deliveries: [`${YEAR}/A1`, `${YEAR}/A2`] };

/**
 * Plays what an ERP and its clerks do through the API, from an empty data folder to the paper post of a
 * month. All figures come from the API.
 */
export async function playScenario(deployment: ApiDeployment): Promise<void> {
  const clerk = clerkAt(deployment);
  await openShop(clerk);
  await deliver(clerk);
  const { number, pdf } = await billAtOnce(clerk);
  await readMails(clerk, number, pdf);
  await correct(clerk, number);
  await sellWithoutNote(clerk);
  await loseAnswer(clerk);
  await billMonth(clerk);
}

/** Shows that nothing can be billed before the settings name the company. */
async function openShop(clerk: Clerk): Promise<void> {
  const { api, settings, putCustomer } = clerk;
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
}

/** Enters deliveries and previews their invoice. */
async function deliver(clerk: Clerk): Promise<void> {
  const { api, putNote, note } = clerk;
  await done(putNote('A1', '1', 3, [cheese('2.5', '14.90'), crates]), 201);
  await done(putNote('A2', '1', 4, [cheese('1.125', '14.9015')]), 201);
  await done(putNote('A3', '1', 5, [cheese('7', '14.90')]), 201);
  const preview = await readPdf(await bytesOf(await done(api.previewInvoice({ body: ORDER }))));
  assert.match(preview.text, /ENTWURF/);
  assert.match(preview.text, /Bergkäse/);
  assert.doesNotMatch(preview.text, /20\d\d000\d{3}\b/);
  assert.deepEqual([await all(api.listInvoices), await all(api.listRuns)], [[], []]);
  assert.equal((await note('A1')).state, 'open');
}

/** Makes an instant invoice as PDF; the repeated call gives the same invoice. */
async function billAtOnce(clerk: Clerk): Promise<{ readonly number: string; readonly pdf: Buffer }> {
  const { api } = clerk;
  const headers = { accept: 'application/pdf', 'idempotency-key': 'till-7-0001' };
  const call = await api.createInvoice({ body: ORDER, headers });
  const pdf = await bytesOf((await done(Promise.resolve(call), 201)) as Blob);
  const [, first = ''] = /^\/api\/invoices\/(\w+)$/.exec(call.response.headers.get('location') ?? '') ?? [];
  assert.ok((await readPdf(pdf)).text.includes(first));
  const again = await bytesOf((await done(api.createInvoice({ body: ORDER, headers }), 201)) as Blob);
  assert.ok(again.equals(pdf), 'byte for byte');
  const asJson = await done(
    api.createInvoice({ body: ORDER, headers: { 'idempotency-key': 'till-7-0001' } }),
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
  return { number: first, pdf };
}

/** Checks that the mail, and the mail that is sent again, have the bytes of the PDF. */
async function readMails(clerk: Clerk, first: string, pdf: Buffer): Promise<void> {
  const { api, mailed, arrived } = clerk;
  const issued = await mailed(first, 'accepted');
  assert.deepEqual(
    [issued.deliveries, issued.net, issued.vat, issued.gross],
    // 2.5 × 14.90 − 2 × 3.10, and 1.125 × 14.9015: 54.01 at 7 %, −6.20 at 19 %
    [ORDER.deliveries, '47.81', '2.60', '50.41'],
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
}

/** Takes a wrong invoice back, corrects the note and bills it again. */
async function correct(clerk: Clerk, first: string): Promise<void> {
  const { api, putNote, note, invoice, mailed } = clerk;
  const mend = () => putNote('A1', '1', 3, [cheese('2.4', '14.90'), crates]);
  const { detail } = await refused(mend(), 409);
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
  assert.equal((await done(mend(), 200)).state, 'open');
  const second = (await done(api.createInvoice({ body: ORDER }), 201)) as Invoice;
  assert.deepEqual([second.net, (await note('A1')).invoice], ['46.32', second.number]);
  await mailed(second.number, 'accepted');
}

/** Sells something without a note, which becomes a note whose document is made only once. */
async function sellWithoutNote(clerk: Clerk): Promise<void> {
  const { api } = clerk;
  const sale = { customer: '2', lines: [cheese('0.5', '20')], note: { number: 'T1', date: dayOf(6) } };
  const sold = (await done(api.createInvoice({ body: sale }), 201)) as Invoice;
  assert.deepEqual([sold.deliveries, sold.delivery.state], [[`${YEAR}/T1`], 'to print']);
  const document = async () =>
    bytesOf(await done(api.getDeliveryDocument({ path: { year: YEAR, note: 'T1' } })));
  const slip = await document();
  assert.match((await readPdf(slip)).text, /T1/);
  assert.ok((await document()).equals(slip));
}

/** Loses the answer to a mail, so that a person must decide. */
async function loseAnswer(clerk: Clerk): Promise<void> {
  const { api, settings, putCustomer, mailed } = clerk;
  const rude = await startScriptedServer({ dot: 'close' });
  try {
    const smtp = { host: '127.0.0.1', port: rude.port, encryption: 'none' };
    await done(api.putSettings(settings({ mail: { ...clerk.mail, transport: 'smtp', smtp } })));
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
}
