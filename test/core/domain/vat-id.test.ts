import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vatIdProblem } from '#core/domain/vat-id.ts';

// The first two are in the published sample files, and the third is the worked example of ISO 7064.
const RIGHT =
  'DE111111125,DE123456788,DE136695976,ATU12345675,BE0123456789,BE1123456789,CY12345678X,CZ12345678,DK12345678,EL123456789,ESX1234567X,FI12345678,FR12345678901,FRAB123456789,HR12345678901,HU12345678,IE1234567A,IE1A23456B,IE1234567FA,IT12345678901,LT123456789,LU12345678,LV12345678901,MT12345678,NL123456789B01,PL1234567890,PT123456789,RO12,SE123456789001,SI12345678,SK1234567890,XI123456789,XIGD123,CHE-123.456.788 MWST';
const WRONG =
  'DE111111121,DE 111111125,de111111125,DE11111112,DE1111111250,DE011111125,AT12345675,FR1234567890,NL123456789,SE123456789002,ELX,DE,X,§§';

for (const vatId of RIGHT.split(',')) {
  test(`the VAT ID ${vatId} is accepted`, () => assert.equal(vatIdProblem(vatId), undefined));
}
for (const vatId of WRONG.split(',')) {
  test(`the VAT ID ${vatId} is refused`, () => assert.ok(vatIdProblem(vatId)));
}

test('a changed digit of a German VAT ID is noticed', () => {
  const right = 'DE136695976';
  for (let place = 2; place < right.length; place++) {
    for (let digit = place === 2 ? 1 : 0; digit <= 9; digit++) {
      const other = right.slice(0, place) + digit + right.slice(place + 1);
      if (other !== right) assert.equal(vatIdProblem(other), 'has a wrong check digit', other);
    }
  }
});
