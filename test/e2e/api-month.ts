import assert from 'node:assert/strict';
import type { Run } from '#test/support/api/api-client.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { checkBooks } from './api-books.ts';
import { type Clerk, cheese, crates, dayOf, MONTH, MONTHLY, YEAR } from './api-clerk.ts';
import { all, bytesOf, done, refused, until } from './api-deployment.ts';

/** Bills the month: dry run, run, pause and resumption, then its books and its paper post. */
export async function billMonth(clerk: Clerk): Promise<void> {
  const { api, putCustomer, putNote, run } = clerk;
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
  await clerk.goOn();
  assert.deepEqual(
    [(await run(started.run)).paused, (await run(started.run)).state === 'closed'],
    [true, false],
  );
  assert.equal((await done(api.resumeRun({ path: { id: started.run } }))).paused, undefined);
  const way = (report: Run) => Object.keys(report.delivery);
  const closed = await until(
    clerk,
    'the end of the run',
    () => run(started.run),
    (report) => report.state === 'closed' && way(report).every((state) => /accepted|to print/.test(state)),
  );
  assert.deepEqual(closed.totals, rehearsal.totals);
  assert.deepEqual([closed.discrepancies, closed.pauses?.length], [[], 1]);
  // These are the customers of the month and the customer of note A3.
  assert.equal(closed.counts.issued, MONTHLY.length + 1);
  assert.deepEqual(closed.delivery, { accepted: 12, 'to print': 11 });
  await checkBooks(clerk, closed);
  await printPost(clerk, closed);
  await refused(api.pauseRun({ path: { id: started.run } }), 422);
}

/** Fetches the paper post in one file, after which it counts as printed. */
async function printPost(clerk: Clerk, closed: Run): Promise<void> {
  const { api, invoice } = clerk;
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
