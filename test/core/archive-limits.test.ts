import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { archiveKeyProblem, assertArchiveKey, assertArchiveMetadata } from '#core/archive-limits.ts';

describe('archive keys', () => {
  it('every key that the product makes is allowed', () => {
    for (const key of [
      'invoices/Rechnung-10001-2026000123-2026-10-31-1.pdf',
      'invoices/2026/10/31/Rechnung_Müller-10001-2026000123-2026-10-31-2.pdf',
      'delivery-notes/2026/10/10001-L.26_10-1-2026-10-31.pdf',
      'mail/2026/10/31/x.eml',
    ]) {
      assert.equal(archiveKeyProblem(key), undefined, key);
    }
  });

  it('a key that is not allowed is refused with its reason', () => {
    assert.throws(() => assertArchiveKey('invoices/../x'), {
      code: 'bad-input',
      message: 'The archive key "invoices/../x" has a part that begins with a dot',
    });
    assert.match(archiveKeyProblem('ü'.repeat(126))!, /more than 250 bytes/);
    assert.match(archiveKeyProblem(`${'aa/'.repeat(341)}ab`)!, /longer than 1024 bytes/);
    assert.equal(archiveKeyProblem(`${'aa/'.repeat(341)}a`), undefined);
  });
});

describe('archive metadata', () => {
  it('metadata may hold only what an HTTP header can hold', () => {
    assertArchiveMetadata('k', { 'draft-id': 'a b~', empty: '', long: 'x'.repeat(2000) });
    for (const bad of [{ A: '' }, { '': 'x' }, { a: 'ü' }, { a: '\n' }, { a: 'x'.repeat(2048) }]) {
      assert.throws(() => assertArchiveMetadata('k', bad), { code: 'bad-input' });
    }
  });
});
