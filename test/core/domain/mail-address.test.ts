import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMailAddress, mailAddresses } from '#core/domain/mail-address.ts';

const long = (count: number) => 'a'.repeat(count);

for (const address of [
  'rechnung@alpenblick.example',
  "o'neill+invoices@mail.example",
  'info@käserei-süß.example',
  'a@b.co',
  `${long(64)}@b.example`,
  `a@${long(63)}.example`,
  'x@xn--kse-qla.example',
]) {
  test(`${address} is accepted as a mail address`, () => assert.equal(isMailAddress(address), true));
}

for (const address of [
  '',
  '@',
  'a@',
  '@b.example',
  'rechnung',
  'a b@c.example',
  'a@b',
  'a@b..example',
  '.a@b.example',
  'a.@b.example',
  'a..b@c.example',
  'a@@b.example',
  'a@-b.example',
  'a@b-.example',
  'a@b_c.example',
  'a@[127.0.0.1]',
  'a@127.0.0.1',
  'a@b.example:25',
  'a@b.example/c',
  'jörg@b.example',
  '"a b"@c.example',
  'Hotel <a@b.example>',
  'a@b.example\r\nBcc: c@d.example',
  'a@b.example\n',
  `${long(65)}@b.example`,
  `a@${long(64)}.example`,
  `a@${'ä'.repeat(60)}.example`,
  `a@${`${long(60)}.`.repeat(5)}example`,
  `${long(64)}@${`${long(60)}.`.repeat(3)}example`,
]) {
  test(`${JSON.stringify(address)} is refused as a mail address`, () =>
    assert.equal(isMailAddress(address), false));
}

test('a field is split at commas and semicolons, and each address is listed once', () => {
  assert.deepEqual(mailAddresses('a@b.example; c@d.example,a@B.example ;; no address, '), {
    valid: ['a@b.example', 'c@d.example'],
    malformed: ['no address'],
  });
  assert.deepEqual(mailAddresses(''), { valid: [], malformed: [] });
});

test('a line break makes one address malformed and leaves the others of the field valid', () => {
  assert.deepEqual(mailAddresses('a@b.example, c@d.example\r\nBcc: e@f.example'), {
    valid: ['a@b.example'],
    malformed: ['c@d.example\r\nBcc: e@f.example'],
  });
});
