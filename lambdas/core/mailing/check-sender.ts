import { type Finding, info, warning } from '#core/domain/finding.ts';
import { mailboxOf } from '#core/domain/mail-address.ts';
import type { Settings } from '#core/domain/settings.ts';
import { TRANSPORT_RULES } from '#core/domain/transport.ts';
import type { Dns } from '#core/ports.ts';

type Txt = Awaited<ReturnType<Dns['txt']>>;

/**
 * Checks whether recipients can verify by DNS that the sender's mails are its own: by SPF, DKIM and DMARC of
 * its domain.
 */
export async function checkSenderDomain(mail: Settings['mail'], dns: Dns): Promise<Finding[]> {
  const domain = mailboxOf(mail.sender.address).split('@').at(-1)!;
  const { managesDkim } = TRANSPORT_RULES[mail.transport];
  const asksDkim = !managesDkim || mail.dkimSelector !== '';
  const [ofDomain, dmarc, dkim] = await Promise.all([
    dns.txt(domain),
    findDmarc(domain, dns),
    // SES chooses the names of its DKIM keys itself and reports whether they are there.
    asksDkim ? dns.txt(dkimName(domain, mail.dkimSelector)) : undefined,
  ]);
  if (ofDomain === 'no such name') {
    return [
      warning(
        `The domain ${domain} of the sender does not exist in DNS, and mail servers refuse its mails: correct mail.sender.address, or register the domain.`,
      ),
    ];
  }
  const findings = [
    ...spfFindings(domain, ofDomain, mail),
    ...(dkim === undefined ? [] : dkimFindings(domain, mail.dkimSelector, dkim)),
    ...dmarcFindings(domain, dmarc),
  ];
  const isSilent = (answer: Txt | undefined) => answer === 'no answer';
  const unchecked = [
    ...(isSilent(ofDomain) ? ['SPF'] : []),
    ...(isSilent(dkim) ? ['DKIM'] : []),
    ...(isSilent(dmarc.found) ? ['DMARC'] : []),
  ];
  if (unchecked.length > 0) {
    const reason = 'there is no name server here, or it does not answer';
    findings.push(info(`${listed(unchecked)} of ${domain}: not checked, as ${reason}.`));
  }
  if (findings.length > 0) return findings;
  return [info(`DNS of ${domain}: ${listed(['SPF', ...(asksDkim ? ['DKIM'] : []), 'DMARC'])} are there.`)];
}

/**
 * Recognizes an SPF record by its version, which ends at a space or with the record (RFC 7208 section 4.5).
 */
const isSpf = (record: string): boolean => /^v=spf1(?: |$)/i.test(record);

function spfFindings(domain: string, txt: Exclude<Txt, 'no such name'>, mail: Settings['mail']): Finding[] {
  if (txt === 'no answer') return [];
  const records = txt === 'none' ? [] : txt.filter(isSpf);
  if (records.length === 1) return [];
  if (records.length > 1) {
    return [
      warning(
        `${domain} has ${records.length} SPF records in DNS, which counts as an error (RFC 7208): join them to one.`,
      ),
    ];
  }
  // SPF counts for the domain in the envelope. With SES that is its own domain, or a MAIL FROM domain that
  // SES looks after itself.
  if (TRANSPORT_RULES[mail.transport].hasOwnEnvelope) return [];
  return [
    warning(
      `${domain} has no SPF record in DNS, and its mails may count as spam: add a TXT record such as "v=spf1 mx -all" that names the servers which mail for it, ${mail.smtp.host || 'mail.smtp.host'} among them.`,
    ),
  ];
}

const dkimName = (domain: string, selector: string): string =>
  selector === '' ? `_domainkey.${domain}` : `${selector}._domainkey.${domain}`;

function dkimFindings(domain: string, selector: string, txt: Txt): Finding[] {
  if (txt === 'no answer') return [];
  const remedy = 'let the mail server sign, and publish its key';
  if (selector === '') {
    // If this name does not exist, no key exists below it (RFC 8020).
    return txt === 'no such name'
      ? [warning(`${domain} has no DKIM key in DNS, and its mails may count as spam: ${remedy}.`)]
      : [
          info(
            `${domain} may have a DKIM key in DNS: name its selector (mail.dkimSelector) to have it checked.`,
          ),
        ];
  }
  const name = dkimName(domain, selector);
  const keys = typeof txt === 'string' ? [] : txt.flatMap((record) => tagsOf(record).get('p') ?? []);
  if (keys.length === 0) {
    return [
      warning(
        `There is no DKIM key at ${name} in DNS, and mails that are signed with it count as forged: ${remedy} there, or correct mail.dkimSelector.`,
      ),
    ];
  }
  // A key with an empty p is revoked (RFC 6376 section 3.6.1).
  if (keys.every((key) => key === '')) {
    return [warning(`The DKIM key at ${name} in DNS is revoked (its p is empty): publish a new one.`)];
  }
  return [];
}

interface FoundDmarc {
  readonly found: readonly string[] | 'none' | 'no answer';
  /** The domain whose `_dmarc` name gave the answer; the sender's own domain if there is no record. */
  readonly at: string;
}

/**
 * Recognizes a DMARC record: a text that does not begin with the version is none (RFC 7489 section 6.6.3).
 */
const isDmarc = (record: string): boolean => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(record);

/**
 * Finds the DMARC record of the domain or, if it has none, of the domain that it belongs to. Only a list of
 * public suffixes would tell which one that is, so every domain above is asked, down to two labels.
 */
async function findDmarc(domain: string, dns: Dns): Promise<FoundDmarc> {
  const labels = domain.split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  const answers = await Promise.all(domains.map((above) => dns.txt(`_dmarc.${above}`)));
  for (const [index, txt] of answers.entries()) {
    const at = domains[index]!;
    if (txt === 'no answer') return { found: txt, at };
    const records = typeof txt === 'string' ? [] : txt.filter(isDmarc);
    if (records.length > 0) return { found: records, at };
  }
  return { found: 'none', at: domain };
}

function dmarcFindings(domain: string, { found, at }: FoundDmarc): Finding[] {
  if (found === 'no answer') return [];
  if (found === 'none') {
    return [
      warning(
        `${domain} has no DMARC record in DNS, which large mail providers ask for: add a TXT record at _dmarc.${domain}, such as "v=DMARC1; p=none; rua=mailto:postmaster@${domain}".`,
      ),
    ];
  }
  if (found.length > 1) {
    return [
      warning(
        `_dmarc.${at} has ${found.length} DMARC records in DNS, which counts as none (RFC 7489): keep one.`,
      ),
    ];
  }
  return [];
}

/** Reads the tags of a record such as `a=1; b=2`. */
function tagsOf(record: string): Map<string, string> {
  return new Map(
    record.split(';').flatMap((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
    }),
  );
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
