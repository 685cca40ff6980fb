import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Checked, documentFaults } from '#core/domain/check-document.ts';
import { someCompany, someCustomer, someNote } from './samples.ts';

const drawAll = () => [];
const faultsOf = (changes: Partial<Checked>) =>
  documentFaults({
    company: someCompany(),
    customer: someCustomer(),
    notes: [someNote()],
    languages: ['de', 'en'],
    undrawable: drawAll,
    ...changes,
  });
const untaxed = (vatCategory: string) => [someNote({ vatRate: '0', vatCategory }, 'L-7')];
const direct = { iban: 'DE89370400440532013000', mandate: 'M-1' };
const creditorId = 'DE98ZZZ09999999999';

for (const [what, changes] of [
  ['a customer without anything optional', {}],
  ['a VAT ID', { customer: someCustomer({ vatId: 'DE111111125' }) }],
  ['a direct debit', { customer: someCustomer(direct), company: someCompany({ creditorId }) }],
  [
    'an IBAN with spaces',
    {
      customer: someCustomer({ ...direct, iban: 'DE89 3704 0044 0532 0130 00' }),
      company: someCompany({ creditorId, iban: 'DE02 1203 0000 0000 2020 51', bic: 'BYLADEM1001' }),
    },
  ],
  ['an unused IBAN that is wrong', { customer: someCustomer({ iban: 'DE00' }) }],
  ['reverse charge', { customer: someCustomer({ vatId: 'DE111111125' }), notes: untaxed('AE') }],
  ['an intra-community supply', { customer: someCustomer({ vatId: 'ATU12345675' }), notes: untaxed('K') }],
  ['a small business without tax', { company: someCompany({ smallBusiness: true }), notes: untaxed('E') }],
  ['a large recipient with a postal code of its own', { customer: someCustomer({ street: '' }) }],
  [
    'faulty mail addresses',
    {
      customer: someCustomer({ invoiceEmail: 'no address 🦄', email: '🦄', cc: '@', invoiceByMail: true }),
      undrawable: (text: string) => (text.includes('🦄') ? ['🦄'] : []),
    },
  ],
] as const) {
  test(`the check finds no fault in ${what}`, () => assert.deepEqual(faultsOf(changes), []));
}

for (const [what, changes, sentence] of [
  [
    'a wrong check digit',
    { customer: someCustomer({ vatId: 'DE111111126' }) },
    "Customer 10001's VAT ID DE111111126 has a wrong check digit: correct or clear it.",
  ],
  [
    'a malformed VAT ID',
    { customer: someCustomer({ vatId: 'ATX12345675' }) },
    "Customer 10001's VAT ID ATX12345675 is not written as those of AT are (no spaces, capital letters): correct or clear it.",
  ],
  [
    'a VAT ID without country',
    { customer: someCustomer({ vatId: '111111125' }) },
    "Customer 10001's VAT ID 111111125 does not begin with the two letters of its country: correct or clear it.",
  ],
  [
    'a wrong VAT ID of the company',
    { company: someCompany({ vatId: 'DE123456789' }) },
    "The company's VAT ID DE123456789 has a wrong check digit: correct it in the settings.",
  ],
  [
    'a wrong IBAN of the company',
    { company: someCompany({ iban: 'DE02120300000000202052' }) },
    "The company's IBAN DE02120300000000202052 is not valid: correct it in the settings.",
  ],
  [
    'a wrong BIC of the company',
    { company: someCompany({ bic: 'BYLADEM10' }) },
    "The company's BIC BYLADEM10 is not valid: correct it in the settings.",
  ],
  [
    'a wrong IBAN for a direct debit',
    {
      customer: someCustomer({ ...direct, iban: 'DE89370400440532013001' }),
      company: someCompany({ creditorId }),
    },
    "Customer 10001's IBAN DE89370400440532013001 is not valid: correct it, or clear the mandate.",
  ],
  [
    'a mandate without IBAN',
    {
      customer: someCustomer({ mandate: 'M-1' }),
      company: someCompany({ creditorId }),
    },
    'Customer 10001 has a direct debit mandate but no IBAN: add it, or clear the mandate.',
  ],
  [
    'a direct debit without creditor ID',
    { customer: someCustomer(direct) },
    'Customer 10001 pays by direct debit, and the company has no creditor ID: add it in the settings.',
  ],
  [
    'a wrong creditor ID',
    {
      customer: someCustomer(direct),
      company: someCompany({ creditorId: 'DE97ZZZ09999999999' }),
    },
    "The company's creditor ID DE97ZZZ09999999999 is not valid: correct it in the settings.",
  ],
  [
    'reverse charge without VAT ID',
    { notes: untaxed('AE') },
    'Customer 10001 has no VAT ID, and note L-7, position 1 is reverse charge (AE): add the VAT ID (§ 14a UStG).',
  ],
  [
    'an intra-community supply without VAT ID',
    { notes: untaxed('K') },
    'Customer 10001 has no VAT ID, and note L-7, position 1 is an intra-community supply (K): add the VAT ID (§ 14a UStG).',
  ],
  [
    'an intra-community supply to the own country',
    {
      customer: someCustomer({ vatId: 'DE111111125' }),
      notes: untaxed('K'),
    },
    "Customer 10001's VAT ID DE111111125 is not of another EU state, and note L-7, position 1 is an intra-community supply (K): correct the VAT ID, or tax the line (§ 6a UStG).",
  ],
  [
    'an intra-community supply beyond the EU',
    {
      customer: someCustomer({ vatId: 'CHE123456788' }),
      notes: untaxed('K'),
    },
    "Customer 10001's VAT ID CHE123456788 is not of another EU state, and note L-7, position 1 is an intra-community supply (K): correct the VAT ID, or tax the line (§ 6a UStG).",
  ],
  [
    'reverse charge by a company without VAT ID',
    {
      customer: someCustomer({ vatId: 'DE111111125' }),
      company: someCompany({ vatId: '', taxNumber: '1' }),
      notes: untaxed('AE'),
    },
    'The company has no VAT ID, and note L-7, position 1 is reverse charge (AE): add it in the settings (§ 14a UStG).',
  ],
  [
    'tax charged by a small business',
    { company: someCompany({ smallBusiness: true }) },
    'A small business charges no VAT (§ 19 UStG), and note L-1, position 1 is taxed: set its VAT rate to 0, or smallBusiness to false in the settings.',
  ],
  [
    'a missing address',
    { customer: someCustomer({ street: '', zip: '' }) },
    'Customer 10001 has no street or postal code: complete the address (§ 14 UStG wants it).',
  ],
  [
    'a missing name and city',
    { customer: someCustomer({ name: '', city: '' }) },
    'Customer 10001 has no name, no city: complete the address (§ 14 UStG wants it).',
  ],
] as const) {
  test(`a customer is held for ${what}`, () => assert.deepEqual(faultsOf(changes), [sentence]));
}

const noUnicorn = (text: string) => (text.includes('🦄') ? ['🦄'] : []);
for (const [changes, where] of [
  [{ customer: someCustomer({ name: 'Hotel 🦄' }) }, "Customer 10001's name"],
  [{ customer: someCustomer({ name2: '🦄' }) }, "Customer 10001's name2"],
  [{ customer: someCustomer({ street: 'Weg 🦄' }) }, "Customer 10001's street"],
  [{ customer: someCustomer({ orderReference: '🦄' }) }, "Customer 10001's orderReference"],
  [{ customer: someCustomer({ invoiceAddressee: '🦄' }) }, "Customer 10001's invoiceAddressee"],
  [{ company: someCompany({ bankName: '🦄' }) }, "The company's bankName"],
  [
    { company: someCompany({ contact: { name: '🦄', phone: '', email: '' } }) },
    "The company's contact's name",
  ],
  [{ notes: [someNote({ article: '🦄' })] }, "Note L-1, position 1's article"],
  [{ notes: [someNote({ description: 'Milch\n🦄' })] }, "Note L-1, position 1's description"],
  [{ notes: [someNote({ place: 'Filiale 🦄' })] }, "Note L-1, position 1's place"],
] as const) {
  test(`${where} with a character that no font draws holds the customer`, () => {
    assert.deepEqual(faultsOf({ ...changes, undrawable: noUnicorn }), [
      `${where} contains "🦄" (U+1F984), which no font of the documents draws: replace it.`,
    ]);
  });
}

test('the fonts are asked only once when all is well, and never about line breaks', () => {
  const asked: string[] = [];
  const undrawable = (text: string) => {
    asked.push(text);
    return [];
  };
  assert.deepEqual(faultsOf({ notes: [someNote({ description: 'Milch\nfrisch' })], undrawable }), []);
  assert.equal(asked.length, 1);
  assert.ok(!asked[0]?.includes('\n'));
});

test('at most ten undrawable texts are named', () => {
  const notes = Array.from({ length: 1_000 }, (_, index) => someNote({ description: '🦄' }, `L-${index}`));
  assert.equal(faultsOf({ notes, undrawable: noUnicorn }).length, 10);
});
