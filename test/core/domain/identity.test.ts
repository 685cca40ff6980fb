import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { bill } from '#core/domain/bill.ts';
import {
  contentFingerprint,
  customerFingerprint,
  earlierContentFingerprints,
  noteFingerprint,
  orderFingerprint,
  requestFingerprint,
  settingsFingerprint,
} from '#core/domain/identity.ts';
import type { JsonObject } from '#core/ports.ts';
import { upgradeRun } from '#core/repositories/runs.ts';
import { stored } from '#core/repositories/stored.ts';
import { customerOf, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { itemsOf, version1Records } from '#test/support/data/version-1.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const customer = customerOf('9');
const note = noteOf('L1', '9', 1);
const invoice = bill({
  ...{ number: '2026000001', date: '2026-11-02', period: undefined },
  ...{ customer, company: SETTINGS.company, notes: [note] },
});

test('a customer is the same whatever the sequence of the fields in which it came', () => {
  const { number, ...rest } = customer;
  assert.equal(customerFingerprint({ ...rest, number }), customerFingerprint(customer));
});

test('each field of a customer makes another customer, as soon as it is given', () => {
  for (const [name, value] of Object.entries(customer)) {
    const other = typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : `${value}x`;
    assert.notEqual(customerFingerprint({ ...customer, [name]: other }), customerFingerprint(customer), name);
  }
});

test('each field of a line makes another note', () => {
  for (const [name, value] of Object.entries(note.lines[0]!)) {
    const line = { ...note.lines[0]!, [name]: typeof value === 'number' ? value + 1 : `${value}x` };
    assert.notEqual(noteFingerprint({ ...note, lines: [line, note.lines[1]!] }), noteFingerprint(note), name);
  }
});

test('a field that a later version adds changes no fingerprint while it has its default', () => {
  const added = { added: '' };
  assert.equal(customerFingerprint({ ...customer, ...added }), customerFingerprint(customer));
  const grown = { ...invoice, ...added, company: { ...invoice.company, ...added } };
  assert.equal(contentFingerprint(grown), contentFingerprint(invoice));
  assert.deepEqual(earlierContentFingerprints(grown), earlierContentFingerprints(invoice));
});

test('the earlier fingerprint of a content is the JSON that 0.1.0 hashed', () => {
  assert.deepEqual(earlierContentFingerprints(invoice), [JSON.stringify(invoice)]);
});

test('an order has the fingerprint under which 0.1.0 kept its unfinished run', () => {
  let seen = 0;
  for (const scenario of version1Records()) {
    const items = itemsOf(scenario);
    const hashes = new Set(items.filter(({ key }) => key.partition === 'ACTIVE').map(({ key }) => key.sort));
    const runs = items.filter(({ key }) => key.partition.startsWith('RUN#') && key.sort === 'RUN');
    for (const item of runs) {
      const run = stored(item, upgradeRun).value;
      assert.equal(orderFingerprint(run.order), JSON.stringify((item.value as JsonObject).order), run.id);
      if (hashes.has(sha256(orderFingerprint(run.order)))) seen++;
    }
  }
  assert.ok(seen > 0, 'one of them is unfinished');
  assert.notEqual(orderFingerprint({ ...OCTOBER, output: 'print' }), orderFingerprint(OCTOBER));
});

test('a request has the fingerprint that 0.1.0 kept beside an Idempotency-Key', () => {
  const { lines } = note;
  assert.equal(
    requestFingerprint({ lines, customer: '9', note: { date: '2026-10-01' } }),
    JSON.stringify(['9', undefined, lines, undefined, '2026-10-01', undefined, undefined]),
  );
});

test('settings are the same whatever the sequence of their members', () => {
  const { company, mail, ...rest } = SETTINGS;
  assert.equal(settingsFingerprint({ mail, ...rest, company }), settingsFingerprint(SETTINGS));
  const other = { ...SETTINGS, pdf: { ...SETTINGS.pdf, duplex: true } };
  assert.notEqual(settingsFingerprint(other), settingsFingerprint(SETTINGS));
});
