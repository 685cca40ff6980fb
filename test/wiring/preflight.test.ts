import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { reportText } from '#cli/report-text.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { type DnsServer, startDnsServer } from '#test/support/mail/dns-server.ts';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { localConfig } from '#wiring/config.ts';
import { openLocal } from '#wiring/local.ts';

describe('the dry run of the program on one machine', () => {
  let server: DnsServer;
  before(async () => {
    server = await startDnsServer({
      'molkerei.example': ['v=spf1 mx -all'],
      's1._domainkey.molkerei.example': ['v=DKIM1; p=ABC'],
      '_dmarc.molkerei.example': ['v=DMARC1; p=quarantine'],
    });
  });
  after(() => server.close());

  function open(t: TestContext, DNS_SERVER: string) {
    const folder = makeTempFolder();
    t.after(folder.remove);
    const workers = { me: 'test', isDead: () => false };
    return openLocal(localConfig({ DATA_DIR: folder.path, DNS_SERVER }), {
      ...{ workers, stop: new AbortController().signal, log: () => {} },
    });
  }
  async function rehearse(t: TestContext, dnsServer: string): Promise<string[]> {
    const program = open(t, dnsServer);
    t.after(() => program.close());
    const customers = [customerOf('1'), customerOf('2', { invoiceEmail: '' })];
    const settings = { ...SETTINGS, mail: { ...SETTINGS.mail, dkimSelector: 's1' } };
    const notes = customers.map(({ number }) => noteOf(`L${number}`, number, 1));
    await loadDairy(program, notes, customers, settings);
    const lines = reportText(await dryRun(OCTOBER, program)).split('\n');
    return lines.slice(lines.findIndex((line) => line.startsWith('The run would')) - 1);
  }

  it('the dry run asks the name server that DNS_SERVER names', async (t) => {
    assert.deepEqual(await rehearse(t, server.address), [
      '',
      'The run would send 1 mail to 1 recipient at once, and 1 invoice would be printed.',
      'Note: DNS of molkerei.example: SPF, DKIM and DMARC are there.',
      'WARNING: Customer 2 (Kunde 2) wants invoices by mail, and it would be printed: there is no invoice mail address; enter one, or let invoices be printed.',
    ]);
    assert.deepEqual(server.asked.toSorted(), [
      '_dmarc.molkerei.example',
      'molkerei.example',
      's1._domainkey.molkerei.example',
    ]);
  });

  it('the dry run asks no name server when DNS_SERVER is none', async (t) => {
    const asked = server.asked.length;
    assert.match((await rehearse(t, 'none')).join('\n'), /^Note: SPF, DKIM and DMARC of .*: not checked/m);
    assert.equal(server.asked.length, asked);
  });

  it('a DNS_SERVER that is no address is refused', (t) => {
    assert.throws(() => open(t, 'dns.example'), { code: 'bad-settings', message: /DNS_SERVER=dns\.example/ });
  });
});
