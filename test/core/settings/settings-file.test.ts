import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSettings, readSettingsFile } from '#core/settings/settings-file.ts';
import { someCompany } from '#test/core/domain/samples.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const company = someCompany();
const readSettings = (input: Uint8Array) =>
  readSettingsFile(input, {
    stored: '',
    open: () => assert.fail('no file is named'),
    pictures: { toPng: () => assert.fail('no picture is given') },
  });

test('settings are read with or without a byte order mark, and defaults are filled in', async () => {
  const text = JSON.stringify({ company, mail: { transport: 'smtp', smtp: { host: 'mail.example' } } });
  for (const start of ['', '\ufeff']) {
    const { settings, smtpPassword, notices } = await readSettings(bytes(start + text));
    assert.equal(settings.mail.smtp.port, 587);
    assert.equal(settings.numbering.format, '{yyyy}{number:6}');
    assert.equal(smtpPassword, undefined);
    assert.deepEqual(notices, []);
  }
});

test('the password is kept apart from the settings', () => {
  const given = checkSettings({
    company,
    mail: { smtp: { host: 'h', password: 's3cret!', passwordSet: true } },
  });
  assert.equal(given.smtpPassword, 's3cret!');
  assert.ok(!JSON.stringify(given.settings).includes('s3cret!'));
  assert.deepEqual(given.notices, []);
  assert.equal(checkSettings({ company, mail: { smtp: { password: '' } } }).smtpPassword, '');
});

test('names of settings that do not exist are reported with their path and ignored', () => {
  const { notices } = checkSettings({
    company: { ...company, hqueen: 1 },
    pdff: {},
    mail: { smtp: { hots: 'x' } },
  });
  assert.deepEqual(notices, [
    'company.hqueen is no setting and was ignored.',
    'pdff is no setting and was ignored.',
    'mail.smtp.hots is no setting and was ignored.',
  ]);
});

for (const [value, path] of [
  [{ company: { ...company, name: '' } }, 'company.name'],
  [{ company: { ...company, vatId: '', taxNumber: '' } }, 'company.vatId'],
  [{ company: { ...company, name: 'A\r\nB' } }, 'company.name'],
  [{ company, mail: { smtp: { port: '25' } } }, 'mail.smtp.port'],
  [{ company, mail: { smtp: { port: 0 } } }, 'mail.smtp.port'],
  [{ company, mail: { smtp: { encryption: 'ssl' } } }, 'mail.smtp.encryption'],
  [{ company, mail: { sender: { address: 'a@b.example\r\nBcc: c@d.example' } } }, 'mail.sender.address'],
  [{ company, mail: { bcc: ['x'] } }, 'mail.bcc.0'],
  [{ company, mail: { smtp: { password: 5 } } }, 'mail.smtp.password'],
  [{ company, mail: { smtp: { password: 'a\nb' } } }, 'mail.smtp.password'],
  [{ company, numbering: { format: '{yyyy}-{number}' } }, 'numbering.format'],
  [{ company, pdf: { filePrefix: '../x' } }, 'pdf.filePrefix'],
  [{ company, pdf: { folders: 'year' } }, 'pdf.folders'],
  [{}, 'company'],
] as const) {
  test(`the settings ${JSON.stringify(value).slice(-70)} are refused at ${path}`, () => {
    assert.throws(
      () => checkSettings(value),
      (error: { code: string; details: string[] }) =>
        error.code === 'bad-settings' &&
        error.details.length === 1 &&
        error.details[0]!.startsWith(`${path}: `),
    );
  });
}

for (const [value, meant] of [
  ['TLS', /what other programs call TLS is starttls-if-offered here/],
  ['SSL', /what other programs call SSL is tls here/],
  ['ssl', /what other programs call SSL is tls here/],
  ['SSL/TLS', /is tls here/],
  ['STARTTLS', /it is written starttls here/],
  ['None', /it is written none here/],
  ['ssh', /expected one of "none"\|"starttls-if-offered"\|"starttls"\|"tls"/],
  [1, /expected one of/],
] as const) {
  test(`encryption ${value} is refused, with the name it has here`, () => {
    assert.throws(() => checkSettings({ company, mail: { smtp: { encryption: value } } }), {
      message: new RegExp(`mail\\.smtp\\.encryption: .*${meant.source}`),
    });
  });
}

const secret = { user: 'kasse', encryption: 'none' };
for (const [smtp, warnings] of [
  [{}, []],
  [{ certificate: 'pin', pin: 'ab'.repeat(32), minTls: 'TLSv1.3' }, []],
  [{ certificate: 'any' }, [/^mail\.smtp\.certificate is any: nobody checks who the mail server is/]],
  [{ certificate: 'any', encryption: 'none' }, []],
  [{ minTls: 'TLSv1.1' }, [/^mail\.smtp\.minTls is TLSv1\.1: TLS before 1\.2 is broken/]],
  [{ minTls: 'TLSv1', certificate: 'any' }, [/certificate is any/, /minTls is TLSv1:/]],
  [secret, []],
  [
    { ...secret, allowPlainLogin: true },
    [/^mail\.smtp\.encryption is none .* the password goes .* unencrypted/],
  ],
  [{ ...secret, user: '', allowPlainLogin: true }, []],
] as const) {
  test(`unsafe mail settings are kept, each with a warning, and safe ones have none: ${JSON.stringify(smtp).slice(0, 90)}`, () => {
    const { notices } = checkSettings({ company, mail: { smtp } });
    assert.equal(notices.length, warnings.length, notices.join('\n'));
    for (const [at, warning] of warnings.entries()) assert.match(notices[at]!, warning);
  });
}

test('a file that is no JSON, no UTF-8 or no object is refused with the reason', async () => {
  const refused = (input: Uint8Array, message: RegExp) =>
    assert.rejects(readSettings(input), { code: 'bad-settings', message });
  await refused(bytes(''), /no JSON/);
  await refused(bytes('{"company": }'), /no JSON: Unexpected token/);
  await refused(new Uint8Array([0x22, 0xff, 0x22]), /not in UTF-8/);
  await refused(bytes('[]'), /The settings were refused/);
  await refused(bytes('null'), /The settings were refused/);
});

test('all faults of the settings are reported at once', () => {
  assert.throws(() => checkSettings({ company: { ...company, zip: '', city: '' } }), {
    message: /^The settings were refused\. company\.zip: .* \(and 1 more\)$/,
  });
});
