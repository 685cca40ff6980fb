import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Deps } from '#core/deps.ts';
import { mailboxOf } from '#core/domain/mail-address.ts';
import type { Settings } from '#core/domain/settings.ts';
import { Fault } from '#core/errors.ts';
import type { MailAccount } from '#core/ports.ts';
import { suppressionKey } from '#core/repositories/suppressions.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { needsAPerson } from '#core/runs/run-report.ts';
import { bill, customerOf, loadDairy, noteOf, OCTOBER, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

type MailSettings = Partial<Record<keyof Settings['mail'], unknown>>;
const mailSettings = (over: MailSettings): Settings => ({
  ...SETTINGS,
  mail: { ...SETTINGS.mail, ...over } as Settings['mail'],
});

/** Opens a dairy whose customers have one note each, with a DNS in which all is well. */
async function dairy(
  customers: readonly Record<string, unknown>[],
  { mail = {}, ...over }: { readonly mail?: MailSettings } & Partial<Deps> = {},
) {
  const simulation = createSimulation(1);
  const base: Deps = {
    ...simulation.process().deps,
    dns: { txt: async (name) => (/^_dmarc/.test(name) ? ['v=DMARC1;'] : ['v=spf1 -all', 'p=ABC']) },
  };
  const everyone = customers.map((customer, n) => customerOf(String(n + 1), customer));
  const notes = everyone.map(({ number }) => noteOf(`L${number}`, number, 1));
  await loadDairy(base, notes, everyone, mailSettings({ dkimSelector: 's1', ...mail }));
  const deps: Deps = { ...base, ...over };
  const readOnly = { ...deps, table: { ...deps.table, write: () => assert.fail('a dry run writes') } };
  return {
    deps,
    preflight: async () => (await dryRun(OCTOBER, readOnly)).preflight!,
    report: (order = OCTOBER) => dryRun(order, readOnly),
    suppress: (address: string, reason: string) =>
      deps.table.write([
        {
          put: suppressionKey(address),
          value: { address, since: '2026-10-03T08:00:00.000Z', reason, mail: '2026000001-1' },
        },
      ]),
  };
}

const texts = (findings: readonly { readonly text: string }[]) => findings.map(({ text }) => text);
const account = (over: Partial<MailAccount> = {}): MailAccount => ({
  quota: async () => ({ perSecond: 14, day: undefined }),
  suppressed: async () => new Map(),
  lift: async () => assert.fail('a dry run lifts'),
  senderProblems: async () => [],
  ...over,
});
const FINE = 'DNS of molkerei.example: SPF, DKIM and DMARC are there.';

describe('the preflight of a dry run', () => {
  it('the preflight counts mails, recipients and printed invoices as the run then makes them', async () => {
    const { preflight, deps } = await dairy([
      { cc: 'boss@kunde.example' },
      { invoiceEmail: 'a@kunde.example; A@Kunde.example, b@kunde.example' },
      { invoiceByMail: false },
      { invoiceEmail: '' },
    ]);
    const said = await preflight();
    assert.deepEqual(
      { ...said, findings: texts(said.findings) },
      {
        ...{ mails: 2, recipients: 4, printed: 2, seconds: 1 },
        findings: [
          FINE,
          'Customer 4 (Kunde 4) wants invoices by mail, and it would be printed: there is no invoice mail address; enter one, or let invoices be printed.',
        ],
      },
    );
    assert.equal(said.findings[1]?.customer, '4');
    assert.deepEqual((await bill(deps)).delivery, { accepted: 2, 'to print': 2 });
  });

  it('the preflight names malformed addresses and what is malformed about them', async () => {
    const { preflight } = await dairy([
      { invoiceEmail: 'k1.kunde.example' },
      { invoiceEmail: 'k2@kunde.example; k 2@kunde.example' },
      { cc: 'cc@kunde', bcc: 'b..c@kunde' },
    ]);
    const { findings, mails } = await preflight();
    assert.equal(mails, 2);
    assert.deepEqual(texts(findings), [
      FINE,
      'Customer 1 (Kunde 1) wants invoices by mail, and it would be printed: "k1.kunde.example" is malformed (without @); correct the address, or lift its suppression where the mailbox is well again.',
      'Customer 2 (Kunde 2): the mail goes to the others alone, as "k 2@kunde.example" is malformed (before the @).',
      'Customer 3 (Kunde 3): the mail goes to the others alone, as "cc@kunde" is malformed (after the @); "b..c@kunde" is malformed (before and after the @).',
    ]);
  });

  it('the preflight names suppressed addresses with the list, the day and the reason', async () => {
    const suppressed: MailAccount['suppressed'] = async (addresses) =>
      new Map(
        addresses.flatMap((address) =>
          /^k[234]@|^boss/.test(address) ? [[address, 'it is on a list since 2026-10-09']] : [],
        ),
      );
    const { preflight, suppress, report } = await dairy(
      [{}, { invoiceEmail: 'k2@kunde.example, ok@kunde.example' }, { cc: 'ok@kunde.example' }, {}, {}],
      {
        mail: { transport: 'ses', bcc: ['boss@molkerei.example'] },
        openMailAccount: () => account({ suppressed }),
      },
    );
    await suppress('K1@Kunde.example', '550 no such user');
    await suppress('k4@kunde.example', 'its owner complained');
    const { findings, mails, recipients, printed } = await preflight();
    assert.deepEqual([mails, recipients, printed], [2, 2, 3]);
    assert.deepEqual(texts(findings), [
      FINE,
      'Of the copies of each mail (mail.bcc), boss@molkerei.example gets no mail, as it is on a list since 2026-10-09: correct the settings.',
      'Customer 1 (Kunde 1) wants invoices by mail, and it would be printed: k1@kunde.example gets no mail, as it is suppressed since 2026-10-03 (550 no such user); correct the address, or lift its suppression where the mailbox is well again.',
      'Customer 2 (Kunde 2): the mail goes to the others alone, as k2@kunde.example gets no mail, as it is on a list since 2026-10-09.',
      'Customer 3 (Kunde 3) wants invoices by mail, and it would be printed: k3@kunde.example gets no mail, as it is on a list since 2026-10-09; correct the address, or lift its suppression where the mailbox is well again.',
      'Customer 4 (Kunde 4) wants invoices by mail, and it would be printed: k4@kunde.example gets no mail, as it is suppressed since 2026-10-03 (its owner complained); correct the address, or lift its suppression where the mailbox is well again.',
    ]);
    assert.equal(needsAPerson(await report()), false);
  });

  it('the preflight says when no mail goes out: switched off, without a sender, or with a malformed one', async () => {
    const sender = (address: string) => ({ sender: { name: '', address } });
    for (const [mail, pattern] of [
      [{ transport: 'off' }, /^Mail is switched off \(mail\.transport\).* 1 invoice would be printed\.$/],
      [sender(''), /^The settings name no sender: enter mail\.sender\.address\./],
      [sender('rechnung@molkerei'), /^The sender "rechnung@molkerei" is malformed/],
    ] as const) {
      const { preflight } = await dairy([{}, { invoiceByMail: false }], {
        mail,
        openMailAccount: () => assert.fail('asked'),
        dns: { txt: () => assert.fail('asked') },
      });
      const { findings, ...figures } = await preflight();
      assert.deepEqual(figures, { mails: 0, recipients: 0, printed: 2, seconds: 0 });
      assert.equal(findings.length, 1);
      assert.match(findings[0]!.text, pattern);
    }
  });

  it('the preflight estimates the duration from the pace of the settings', async () => {
    const customers = Array.from({ length: 30 }, () => ({ cc: 'boss@kunde.example' }));
    const slow = await dairy(customers, { mail: { pace: { perSecond: 1, connections: 1 } } });
    const { seconds, mails, recipients } = await slow.preflight();
    assert.deepEqual([mails, recipients], [30, 60]);
    // The pace counts mails, and each turn takes a tenth of a second more.
    assert.ok(seconds >= 29 && seconds <= 33, `${seconds} s`);
  });

  it('the preflight estimates the duration from the quota and warns when the quota does not suffice', async () => {
    const customers = Array.from({ length: 30 }, () => ({ cc: 'boss@kunde.example' }));
    const quota = async () => ({ perSecond: 2, day: { limit: 1000, used: 950 } });
    const { preflight } = await dairy(customers, {
      mail: { transport: 'ses' },
      openMailAccount: () => account({ quota }),
    });
    const { seconds, findings } = await preflight();
    assert.ok(seconds >= 86_400 && seconds <= 86_410, `${seconds} s`);
    assert.deepEqual(texts(findings), [
      FINE,
      'The mail account allows 50 more recipients in 24 hours (950 of 1000 are used), this mailing has 60: it will take until 2026-11-03 03:00 UTC (about 24 hours). Ask the provider for a higher quota, or mail in parts.',
      'The mail account allows 2 recipients a second, less than mail.pace.perSecond (10): the lower one counts.',
    ]);
    const enough = await dairy(customers, {
      mail: { transport: 'ses' },
      openMailAccount: () =>
        account({ quota: async () => ({ perSecond: 14, day: { limit: 1010, used: 950 } }) }),
    });
    const plenty = await enough.preflight();
    assert.deepEqual(texts(plenty.findings), [FINE]);
    assert.ok(plenty.seconds < 10, `${plenty.seconds} s`);
  });

  it('the preflight passes on the problems that the provider has with the sender', async () => {
    const senderProblems = async (address: string) => [`${address} is not verified: verify it.`];
    const { preflight } = await dairy([{}], {
      mail: { transport: 'ses' },
      openMailAccount: () => account({ senderProblems }),
    });
    assert.deepEqual((await preflight()).findings[0], {
      level: 'warning',
      text: 'rechnung@molkerei.example is not verified: verify it.',
    });
  });

  it('the preflight goes on where neither the provider nor DNS answers, and says so once', async () => {
    const away = async () => {
      throw new Fault('unavailable', 'It is away. Try again later.');
    };
    const { preflight } = await dairy([{}], {
      mail: { transport: 'ses' },
      openMailAccount: () => account({ quota: away, suppressed: away, senderProblems: away }),
      dns: { txt: async () => 'no answer' },
    });
    const { findings, mails } = await preflight();
    assert.equal(mails, 1);
    assert.deepEqual(
      findings.map(({ level, text }) => `${level}: ${text}`),
      [
        'warning: Of the mail account, not checked: its quota, its suppression list, the sender. It is away. Try again later.',
        'info: SPF, DKIM and DMARC of molkerei.example: not checked, as there is no name server here, or it does not answer.',
      ],
    );
  });

  it('the preflight asks the provider once for a thousand customers', async () => {
    let questions = 0;
    const suppressed: MailAccount['suppressed'] = async (addresses) => {
      questions++;
      assert.equal(new Set(addresses.map(mailboxOf)).size, 1000);
      return new Map();
    };
    const { preflight } = await dairy(
      Array.from({ length: 1000 }, () => ({ invoiceByMail: true })),
      {
        mail: { transport: 'ses' },
        openMailAccount: () => account({ suppressed }),
      },
    );
    assert.equal((await preflight()).mails, 1000);
    assert.equal(questions, 1);
  });

  it('the preflight is about customers who would be mailed, not about held ones or other outputs', async () => {
    const { report } = await dairy([{ invoiceEmail: '', vatId: 'DE1' }, {}]);
    const { preflight, counts } = await report();
    assert.equal(counts.held, 1);
    assert.deepEqual(texts(preflight!.findings), [FINE]);
    assert.equal((await report({ ...OCTOBER, output: 'print' })).preflight, undefined);
    const onPaper = await dairy([{ invoiceByMail: false }], { dns: { txt: () => assert.fail('asked') } });
    assert.deepEqual((await onPaper.preflight()).findings, []);
  });
});
