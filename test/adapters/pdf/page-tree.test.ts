import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPageTree } from '#adapters/pdf/page-tree.ts';
import { simplePdf } from './simple-pdf.ts';

const countPages = (pdf: Uint8Array) => readPageTree(pdf).pages;

test('the pages of a PDF are counted', () => {
  assert.equal(countPages(simplePdf(['one'])), 1);
  assert.equal(countPages(simplePdf(['one', 'two', 'three'])), 3);
  assert.equal(countPages(simplePdf(Array.from({ length: 1234 }, (_, i) => `page ${i}`))), 1234);
});

test('text on a page that looks like PDF syntax does not change the count', () => {
  const misleading = simplePdf(['/Type /Pages /Count 99 startxref 1 trailer /Root 9 0 R']);
  assert.equal(countPages(misleading), 1);
});

test('a file that is no PDF, or is damaged, is refused', () => {
  for (const bytes of [
    '',
    '%PDF-1.4',
    'startxref\n9999\n%%EOF',
    `${Buffer.from(simplePdf(['x']))
      .toString('latin1')
      .slice(0, 300)}`,
  ]) {
    assert.throws(() => countPages(Buffer.from(bytes, 'latin1')), /this PDF/);
  }
});
