import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDns } from '#adapters/dns/txt.ts';
import type { Dns } from '#core/ports.ts';
import { type DnsServer, startDnsServer } from '#test/support/mail/dns-server.ts';

const KEY = `v=DKIM1; k=rsa; p=${'MIIBIjANBgkqhkiG'.repeat(40)}`;

describe('lookups of TXT records', () => {
  let server: DnsServer;
  let dns: Dns;
  before(async () => {
    server = await startDnsServer({
      'dairy.example': ['v=spf1 include:spf.example -all', 'google-site-verification=1'],
      's1._domainkey.dairy.example': [[KEY.slice(0, 255), KEY.slice(255, 510), KEY.slice(510)]],
      's2._domainkey.dairy.example': { alias: 's2.provider.example' },
      's2.provider.example': ['v=DKIM1; p=ABC'],
      's3._domainkey.dairy.example': { alias: 'without.provider.example' },
      'without.provider.example': [],
      'empty.example': [],
      'umlaut.example': ['v=spf1 exp=ä'],
      'silent.example': 'silence',
      'refused.example': 'refused',
      'broken.example': 'broken',
    });
    dns = createDns(server.address);
  });
  after(() => server.close());

  it('a long record comes whole: its strings are joined, and it is fetched over TCP where UDP is too small', async () => {
    assert.deepEqual(await dns.txt('dairy.example'), [
      'v=spf1 include:spf.example -all',
      'google-site-verification=1',
    ]);
    assert.deepEqual(await dns.txt('s1._domainkey.dairy.example'), [KEY]);
    // The name is asked for twice: over UDP, where the answer did not fit, and then over TCP.
    assert.equal(server.asked.filter((name) => name.startsWith('s1.')).length, 2);
  });

  it('records are found behind an alias', async () => {
    assert.deepEqual(await dns.txt('s2._domainkey.dairy.example'), ['v=DKIM1; p=ABC']);
    assert.equal(await dns.txt('s3._domainkey.dairy.example'), 'none');
  });

  it('a name without TXT records is told apart from a name that does not exist', async () => {
    assert.equal(await dns.txt('empty.example'), 'none');
    // This name has no records of its own; it exists only because there is a name below it.
    assert.equal(await dns.txt('_domainkey.dairy.example'), 'none');
    assert.equal(await dns.txt('_domainkey.empty.example'), 'no such name');
    assert.equal(await dns.txt('nowhere.example'), 'no such name');
  });

  it('a refusal, a failure, silence, a closed port and a lookup without a server all count as no answer', async () => {
    const begun = performance.now();
    const names = ['silent.example', 'refused.example', 'broken.example'];
    assert.deepEqual(await Promise.all(names.map((name) => dns.txt(name))), Array(3).fill('no answer'));
    const nobody = await startDnsServer({});
    await nobody.close();
    assert.equal(await createDns(nobody.address).txt('dairy.example'), 'no answer');
    assert.ok(performance.now() - begun < 6000, 'somebody waits for it');
    assert.equal(server.asked.filter((name) => name === 'silent.example').length, 1);

    const asked = server.asked.length;
    assert.equal(await createDns('none').txt('dairy.example'), 'no answer');
    assert.equal(server.asked.length, asked);
  });

  it('a name server whose address is malformed is refused', () => {
    for (const address of ['example.org', '127.0.0.1:x', '127.0.0.1:99999', '1.2.3']) {
      assert.throws(() => createDns(address), { code: 'bad-settings', message: /^DNS_SERVER=/ }, address);
    }
  });
});
