import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createSesAccount } from '#adapters/ses/account.ts';
import { type SesAccountState, startSesAccount } from '#test/support/aws/ses-account-server.ts';
import { sesAccountClient } from '#test/support/aws/ses-server.ts';

const SENDER = 'invoices@mail.dairy.example';
const IN_PRODUCTION = { SendingEnabled: true, ProductionAccessEnabled: true, EnforcementStatus: 'HEALTHY' };
const VERIFIED = {
  VerifiedForSendingStatus: true,
  DkimAttributes: { SigningEnabled: true, Status: 'SUCCESS' },
} as const;

async function opened(t: TestContext, state: Partial<SesAccountState> = {}, patienceMs?: number) {
  const server = await startSesAccount(state);
  t.after(server.close);
  const client = sesAccountClient(server.endpoint);
  t.after(() => client.destroy());
  return { server, account: createSesAccount(client, patienceMs) };
}

describe('the SES account', () => {
  it('the quota of the account has a rate and a daily limit, or a rate alone', async (t) => {
    const { server, account } = await opened(t);
    server.state.account = { SendQuota: { MaxSendRate: 14, Max24HourSend: 50_000, SentLast24Hours: 49_800 } };
    assert.deepEqual(await account.quota(), { perSecond: 14, day: { limit: 50_000, used: 49_800 } });
    server.state.account = { SendQuota: { MaxSendRate: 14, Max24HourSend: -1, SentLast24Hours: 5 } };
    assert.deepEqual(await account.quota(), { perSecond: 14, day: undefined });
  });

  it('the suppressed ones among a thousand addresses are found by reading the list of SES page by page', async (t) => {
    const since = '2026-10-03T12:00:00Z';
    const suppressed: SesAccountState['suppressed'] = new Map(
      Array.from({ length: 2500 }, (_, n) => [`k${n}@gone.example`, { reason: 'BOUNCE', since }]),
    );
    suppressed.set('Boss@XN--MLLER-KVA.example', { reason: 'COMPLAINT', since });
    const { server, account } = await opened(t, { suppressed });
    const asked = Array.from({ length: 1000 }, (_, n) => `k${2 * n}@Kunde.example`);
    const found = await account.suppressed([...asked, 'K7@gone.example', 'boss@Müller.example']);
    assert.deepEqual(
      [...found],
      [
        [
          'K7@gone.example',
          'it is on the suppression list of Amazon SES since 2026-10-03 (a mail bounced for good)',
        ],
        [
          'boss@Müller.example',
          'it is on the suppression list of Amazon SES since 2026-10-03 (its owner complained)',
        ],
      ],
    );
    assert.equal(server.calls.length, 3);
  });

  it('a suppression list that is too long is refused instead of being compared in part', async (t) => {
    const entry = { reason: 'BOUNCE', since: '2026-10-03T12:00:00Z' } as const;
    const addresses = Array.from({ length: 10_000 }, (_, n) => [`k${n}@gone.example`, entry] as const);
    const { server, account } = await opened(t, { suppressed: new Map(addresses) });
    assert.equal((await account.suppressed(['k9999@gone.example'])).size, 1);
    server.state.suppressed.set('one@more.example', entry);
    await assert.rejects(account.suppressed(['k9999@gone.example']), {
      code: 'unavailable',
      message: /more than 10000 addresses/,
    });
    assert.equal(server.calls.length, 20);
  });

  it('a suppressed address is lifted however it is spelt in the list of SES', async (t) => {
    const entry = { reason: 'BOUNCE', since: '2026-10-03T12:00:00Z' } as const;
    const { server, account } = await opened(t, {
      suppressed: new Map([
        ['k1@kunde.example', entry],
        ['K2@Kunde.example', entry],
        ['k3@xn--mller-kva.example', entry],
        ['k4@kunde.example', entry],
      ]),
    });
    for (const address of ['k1@kunde.example', 'k2@kunde.example', 'k3@müller.example', 'k5@kunde.example']) {
      await account.lift(address);
    }
    assert.deepEqual([...server.state.suppressed.keys()], ['k4@kunde.example']);
    // An address that SES spells in the same way is lifted by a single call.
    assert.equal(server.calls[1], 'DELETE /v2/email/suppression/addresses/k2@kunde.example');
  });

  it('the quota and the sender together ask SES once, and a later call asks again', async (t) => {
    const { server, account } = await opened(t, { account: IN_PRODUCTION });
    await Promise.all([account.quota(), account.senderProblems(SENDER)]);
    const asked = () => server.calls.filter((call) => call.endsWith('/account')).length;
    assert.equal(asked(), 1);
    await account.quota();
    assert.equal(asked(), 2);
  });

  it('a throttled call is repeated', async (t) => {
    const { server, account } = await opened(t, { throttle: 2 });
    server.state.account = { SendQuota: { MaxSendRate: 1, Max24HourSend: 200, SentLast24Hours: 0 } };
    assert.equal((await account.quota()).perSecond, 1);
    assert.equal(server.calls.length, 3);
  });

  it('an account that refuses or cannot be reached is unavailable, and the error says why', async (t) => {
    const { server, account } = await opened(t);
    server.state.trouble = { status: 403, type: 'AccessDeniedException' };
    await assert.rejects(account.suppressed(['k1@kunde.example']), {
      code: 'unavailable',
      message: /AccessDeniedException.* right to ses:ListSuppressedDestinations\.$/,
    });
    await assert.rejects(account.senderProblems(SENDER), {
      message: /ses:GetAccount and ses:GetEmailIdentity/,
    });
    server.state.trouble = { status: 400, type: 'BadRequestException' };
    await assert.rejects(account.quota(), { code: 'unavailable', message: /BadRequestException: scripted/ });
    await assert.rejects(account.lift('k1@kunde.example'), { code: 'unavailable' });
  });

  it('an account that does not answer is given up after some time', async (t) => {
    const { server, account } = await opened(t, { trouble: 'silence' }, 300);
    await assert.rejects(account.quota(), { code: 'unavailable', message: /^Amazon SES does not tell/ });
    assert.equal(server.calls.length, 1);
  });
});

describe('the problems that SES reports with a sender', () => {
  const cases: readonly {
    readonly what: string;
    readonly account?: SesAccountState['account'];
    readonly identities: Readonly<Record<string, object>>;
    readonly says: readonly RegExp[];
  }[] = [
    {
      what: 'nothing where its domain is verified',
      identities: { 'mail.dairy.example': VERIFIED },
      says: [],
    },
    { what: 'nothing where a domain above it is', identities: { 'dairy.example': VERIFIED }, says: [] },
    {
      what: 'nothing where the address is not but its domain is',
      identities: { [SENDER]: { VerifiedForSendingStatus: false }, 'mail.dairy.example': VERIFIED },
      says: [],
    },
    {
      what: 'that nobody knows it',
      identities: {},
      says: [/^Amazon SES does not know the sender invoices@mail/],
    },
    {
      what: 'that its domain is not verified yet',
      identities: {
        'dairy.example': { VerifiedForSendingStatus: false, VerificationStatus: 'PENDING' },
      },
      says: [/^Amazon SES has not verified dairy\.example \(PENDING\)/],
    },
    {
      what: 'that it alone is verified, and not its domain',
      identities: { [SENDER]: VERIFIED },
      says: [/not its domain.*DKIM/],
    },
    {
      what: 'that DKIM waits',
      identities: {
        'dairy.example': { ...VERIFIED, DkimAttributes: { SigningEnabled: true, Status: 'PENDING' } },
      },
      says: [/^Amazon SES cannot sign mails of dairy\.example \(DKIM: PENDING\)/],
    },
    {
      what: 'that DKIM is off, and the MAIL FROM domain does not work',
      identities: {
        'dairy.example': {
          ...VERIFIED,
          DkimAttributes: { SigningEnabled: false, Status: 'SUCCESS' },
          MailFromAttributes: { MailFromDomain: 'bounces.dairy.example', MailFromDomainStatus: 'FAILED' },
        },
      },
      says: [/DKIM is off/, /MAIL FROM domain bounces\.dairy\.example does not work \(FAILED\)/],
    },
    {
      what: 'that the account is in the sandbox, or stopped, or watched',
      account: { SendingEnabled: false, ProductionAccessEnabled: false, EnforcementStatus: 'HEALTHY' },
      identities: { 'dairy.example': VERIFIED },
      says: [/has stopped sending/, /in the sandbox/],
    },
    {
      what: 'that the account is under review',
      account: { ...IN_PRODUCTION, EnforcementStatus: 'PROBATION' },
      identities: { 'dairy.example': VERIFIED },
      says: [/under review/],
    },
  ];
  for (const { what, account = IN_PRODUCTION, identities, says } of cases) {
    it(`the report of SES on the sender is ${what}`, async (t) => {
      const state = { account, identities: new Map(Object.entries(identities)) };
      const problems = await (await opened(t, state)).account.senderProblems(SENDER);
      assert.equal(problems.length, says.length, problems.join('\n'));
      for (const [index, pattern] of says.entries()) assert.match(problems[index]!, pattern);
    });
  }
});
