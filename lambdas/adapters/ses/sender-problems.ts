import type { GetAccountResponse, GetEmailIdentityResponse } from '@aws-sdk/client-sesv2';

/** An address or a domain that SES knows. */
export type Identity = Pick<
  GetEmailIdentityResponse,
  'VerifiedForSendingStatus' | 'VerificationStatus' | 'DkimAttributes' | 'MailFromAttributes'
> & { readonly name: string };

/**
 * Returns what keeps mails of a sender from being sent or trusted, a sentence for each problem.
 * @param identities identities that stand for the sender, in this order: the address itself, its domain, the
 * domains above it
 */
export function problemsOf(
  sender: string,
  account: GetAccountResponse,
  identities: readonly Identity[],
): string[] {
  const verified = identities.filter(({ VerifiedForSendingStatus }) => VerifiedForSendingStatus);
  const [nearest] = identities;
  const problems = accountProblems(account);
  if (!nearest) {
    problems.push(
      `Amazon SES does not know the sender ${sender}, and refuses its mails: verify its domain in the SES console, or correct mail.sender.address.`,
    );
  } else if (verified.length === 0) {
    problems.push(
      `Amazon SES has not verified ${nearest.name} (${nearest.VerificationStatus ?? 'PENDING'}), and refuses mails of ${sender}: publish the DNS records that the SES console shows for it.`,
    );
  }
  return [...problems, ...dkimProblems(sender, verified), ...mailFromProblems(verified)];
}

function accountProblems({ SendingEnabled, ProductionAccessEnabled, EnforcementStatus }: GetAccountResponse) {
  const problems: string[] = [];
  if (SendingEnabled === false || EnforcementStatus === 'SHUTDOWN') {
    problems.push(
      'Amazon SES has stopped sending for this account: see its account dashboard in the SES console.',
    );
  } else if (EnforcementStatus === 'PROBATION') {
    problems.push(
      'Amazon SES has put this account under review, and may stop it: see its account dashboard in the SES console.',
    );
  }
  if (ProductionAccessEnabled === false) {
    problems.push(
      'The account is in the sandbox of Amazon SES, which only mails to verified addresses: ask for production access.',
    );
  }
  return problems;
}

/** SES signs with the key of a domain; an address that was verified by itself has none. */
function dkimProblems(sender: string, verified: readonly Identity[]): string[] {
  if (verified.length === 0) return [];
  const domain = verified.find(({ name }) => !name.includes('@'));
  if (!domain) {
    return [
      `Amazon SES knows ${sender} alone and not its domain, so that mails are not signed by the domain (DKIM) and may count as spam: verify the domain in the SES console.`,
    ];
  }
  const { SigningEnabled, Status = 'NOT_STARTED' } = domain.DkimAttributes ?? {};
  if (SigningEnabled === false) {
    return [
      `Amazon SES does not sign mails of ${domain.name} (DKIM is off): switch it on in the SES console.`,
    ];
  }
  if (Status === 'SUCCESS') return [];
  return [
    `Amazon SES cannot sign mails of ${domain.name} (DKIM: ${Status}): publish the CNAME records that the SES console shows for it.`,
  ];
}

function mailFromProblems(verified: readonly Identity[]): string[] {
  // The nearest identity that has a MAIL FROM domain counts.
  const { MailFromDomain, MailFromDomainStatus } =
    verified.map(({ MailFromAttributes }) => MailFromAttributes).find((found) => found?.MailFromDomain) ?? {};
  if (!MailFromDomain || MailFromDomainStatus === 'SUCCESS') return [];
  return [
    `The MAIL FROM domain ${MailFromDomain} does not work (${MailFromDomainStatus}): publish the MX and SPF records that the SES console shows for it.`,
  ];
}
