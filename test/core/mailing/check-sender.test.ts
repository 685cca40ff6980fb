import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDns } from '#adapters/dns/txt.ts';
import type { Settings } from '#core/domain/settings.ts';
import { checkSenderDomain } from '#core/mailing/check-sender.ts';
import { SETTINGS } from '#test/support/data/dairy.ts';
import { type DnsEntry, type DnsServer, startDnsServer } from '#test/support/mail/dns-server.ts';

const SPF = 'v=spf1 mx -all';
const DMARC = 'v=DMARC1; p=none';

interface Case {
  readonly what: string;
  /** DNS entries by their names below the sender's domain; `@` is the domain itself. */
  readonly entries: Readonly<Record<string, DnsEntry>>;
  /** A domain that takes the place of the sender's domain. */
  readonly from?: string;
  readonly selector?: string;
  readonly transport?: 'smtp' | 'ses';
  /** The level and the text of each finding. */
  readonly says: readonly (readonly ['warning' | 'info', RegExp])[];
}

/** All records are fine but the one that a case is about. */
const rest = { '@': [SPF], 's1._domainkey': ['v=DKIM1; p=ABC'], _dmarc: [DMARC] };

const CASES: readonly Case[] = [
  {
    what: 'all is there',
    entries: { ...rest, '@': ['google-site-verification=1', SPF] },
    says: [['info', /^DNS of \S+: SPF, DKIM and DMARC are there\.$/]],
  },
  {
    what: 'the key is behind an alias',
    entries: { ...rest, 's1._domainkey': { alias: 'key.provider.example' } },
    says: [['info', /are there/]],
  },
  {
    what: 'there is no SPF record, but one that looks like it',
    entries: { ...rest, '@': ['v=spf10 -all', 'spf1'] },
    says: [['warning', /has no SPF record in DNS.*mail\.dairy\.example among them/]],
  },
  {
    what: 'there are two SPF records',
    entries: { ...rest, '@': [SPF, 'V=SPF1'] },
    says: [['warning', /has 2 SPF records in DNS, which counts as an error \(RFC 7208\)/]],
  },
  {
    what: 'the domain exists without any record',
    entries: { _dmarc: [DMARC], 's1._domainkey': ['p=ABC'] },
    says: [['warning', /has no SPF record/]],
  },
  {
    what: 'SES mails for a domain without SPF, which is its own affair, as DKIM is',
    entries: { _dmarc: [DMARC] },
    selector: '',
    transport: 'ses',
    says: [['info', /: SPF and DMARC are there/]],
  },
  {
    what: 'SES mails, and a key of that name is missing',
    entries: { _dmarc: [DMARC] },
    transport: 'ses',
    says: [['warning', /There is no DKIM key at s1\._domainkey\./]],
  },
  {
    what: 'there is no DKIM key at all',
    entries: { '@': [SPF], _dmarc: [DMARC] },
    selector: '',
    says: [['warning', /has no DKIM key in DNS/]],
  },
  {
    what: 'there may be a DKIM key',
    entries: rest,
    selector: '',
    says: [['info', /may have a DKIM key in DNS: name its selector \(mail\.dkimSelector\)/]],
  },
  {
    what: 'there is no DKIM key of that name',
    entries: rest,
    selector: 's2',
    says: [['warning', /There is no DKIM key at s2\._domainkey\.\S+ in DNS/]],
  },
  {
    what: 'the DKIM key is revoked',
    entries: { ...rest, 's1._domainkey': ['v=DKIM1; p='] },
    says: [['warning', /is revoked/]],
  },
  {
    what: 'there is no DMARC record, but one that looks like it',
    entries: { ...rest, _dmarc: ['v=dmarc1; p=none', 'v=DMARC10; p=none'] },
    says: [['warning', /has no DMARC record in DNS.* at _dmarc\.\S+, such as/]],
  },
  {
    what: 'the domain above has the DMARC record',
    entries: { 'mail.shop': [SPF], 's1._domainkey.mail.shop': ['p=ABC'], _dmarc: ['v = DMARC1;p=reject'] },
    from: 'mail.shop',
    says: [['info', /are there/]],
  },
  {
    what: 'the nearest DMARC record counts, and there are two of it',
    entries: {
      ...{ shop: [SPF], 's1._domainkey.shop': ['p=ABC'], _dmarc: [DMARC] },
      '_dmarc.shop': [DMARC, 'v=DMARC1; p=reject', 'other'],
    },
    from: 'shop',
    says: [['warning', /_dmarc\.shop\.\S+ has 2 DMARC records in DNS, which counts as none \(RFC 7489\)/]],
  },
  {
    what: 'all is missing',
    entries: { www: ['x'] },
    selector: '',
    says: [
      ['warning', /no SPF/],
      ['warning', /no DKIM/],
      ['warning', /no DMARC/],
    ],
  },
  {
    what: 'the domain is not there',
    entries: {},
    says: [['warning', /does not exist in DNS/]],
  },
  {
    what: 'nothing answers',
    entries: { '@': 'refused', 's1._domainkey': 'refused', _dmarc: 'broken' },
    says: [['info', /^SPF, DKIM and DMARC of \S+: not checked, as there is no name server here, or it/]],
  },
  {
    what: 'one thing is missing and another is not answered',
    entries: { ...rest, '@': [], _dmarc: 'broken' },
    says: [
      ['warning', /no SPF/],
      ['info', /^DMARC of \S+: not checked/],
    ],
  },
];

describe('the check of the sender’s domain', () => {
  let server: DnsServer;
  const domainOf = (index: number): string => `case-${index}.example`;
  before(async () => {
    const entries = CASES.flatMap((one, index) =>
      Object.entries(one.entries).map(
        ([name, entry]) => [`${name === '@' ? '' : `${name}.`}${domainOf(index)}`, entry] as const,
      ),
    );
    server = await startDnsServer({ ...Object.fromEntries(entries), 'key.provider.example': ['p=ABC'] });
  });
  after(() => server.close());

  for (const [index, { what, from, selector = 's1', transport = 'smtp', says }] of CASES.entries()) {
    it(what, async () => {
      const address = `invoices@${from === undefined ? '' : `${from}.`}${domainOf(index)}`;
      const mail: Settings['mail'] = {
        ...SETTINGS.mail,
        transport,
        sender: { name: '', address },
        dkimSelector: selector,
        smtp: { ...SETTINGS.mail.smtp, host: 'mail.dairy.example' },
      };
      const findings = await checkSenderDomain(mail, createDns(server.address));
      assert.deepEqual(
        findings.map(({ level }) => level),
        says.map(([level]) => level),
        JSON.stringify(findings),
      );
      for (const [at, [, pattern]] of says.entries()) assert.match(findings[at]!.text, pattern);
    });
  }

  it('an international domain is looked up in its ASCII form', async () => {
    const mail = { ...SETTINGS.mail, sender: { name: '', address: 'rechnung@Müller.example' } };
    await checkSenderDomain(mail, createDns(server.address));
    assert.ok(server.asked.includes('_dmarc.xn--mller-kva.example'));
  });
});
