import { domainToASCII } from 'node:url';

/**
 * Returns an address as it goes over the wire: its domain in ASCII (IDNA), the local part unchanged. Returns
 * undefined for a text that is not an address or could end an SMTP command early: spaces, line breaks, angle
 * brackets (RFC 5321 4.1.2). Letters outside ASCII in the local part are refused, because they would need
 * SMTPUTF8 (RFC 6531) at every server on the way.
 */
export function wireAddress(address: string): string | undefined {
  const [, local = '', domain = ''] =
    /^([\x21-\x7e]{1,64})@([^\s@<>,;"\\\x00-\x20\x7f]+)$/u.exec(address) ?? [];
  const asciiDomain = /^\[[0-9A-Fa-f.:IPv]+\]$/.test(domain) ? domain : domainToASCII(domain);
  if (/[<>@,;"\\()[\]]/.test(local) || local === '' || asciiDomain === '') return undefined;
  const wire = `${local}@${asciiDomain}`;
  return wire.length <= 254 ? wire : undefined;
}
