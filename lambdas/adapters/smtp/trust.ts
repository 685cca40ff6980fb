import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SmtpSettings } from './settings.ts';

export interface Encryption {
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: Certificate;
}

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses that the certificate is issued for. */
  readonly names: readonly string[];
  /** Start and end of validity as ISO instants. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Fingerprint in lower-case hex, as `mail.smtp.pin` takes it. */
  readonly sha256: string;
  /** Why this machine does not trust the certificate, as OpenSSL's or Node's code; undefined when it does. */
  readonly problem: string | undefined;
  /** The problem in words that continue "its certificate …". */
  readonly explanation: string | undefined;
}

/** Describes a connection's encryption, or returns undefined for a connection without TLS. */
export function encryptionOf(socket: Socket | false | null, host: string): Encryption | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const x509 = socket.getPeerX509Certificate();
  const known = {
    subject: oneLine(x509?.subject),
    issuer: oneLine(x509?.issuer),
    names: namesOf(x509),
    validFrom: x509?.validFromDate.toISOString() ?? '',
    validTo: x509?.validToDate.toISOString() ?? '',
    sha256: fingerprint(x509?.fingerprint256 ?? ''),
  };
  const problem = socket.authorized ? undefined : String(socket.authorizationError);
  const explanation = problem === undefined ? undefined : inWords(problem, known, host);
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    certificate: { ...known, problem, explanation },
  };
}

/**
 * Returns why the certificate must not be trusted, or undefined if it may. This is judged here and not by the
 * handshake, so that the reason can name certificate and setting.
 */
export function distrust(
  { certificate }: Encryption,
  settings: Pick<SmtpSettings, 'certificate' | 'pin'>,
): string | undefined {
  const { sha256, problem, explanation, subject, names } = certificate;
  switch (settings.certificate) {
    case 'any':
      return undefined;
    case 'pin':
      if (sha256 === fingerprint(settings.pin)) return undefined;
      return `it shows the certificate ${sha256}, not the pinned one; if that is right, set mail.smtp.pin to it`;
    case 'verify': {
      if (problem === undefined) return undefined;
      const other = problem === WRONG_NAME && names.length > 0 ? 'set mail.smtp.host to the name it has' : '';
      const renew = problem === EXPIRED ? 'have it renewed' : '';
      const remedy = other || renew || 'check mail.smtp.host';
      return `its certificate for ${subject || 'nobody'} ${explanation} (${problem}); ${remedy}, or, if it is the right one all the same, set mail.smtp.certificate to pin and mail.smtp.pin to ${sha256}`;
    }
  }
}

export const isPin = (text: string): boolean => /^[0-9a-f]{64}$/.test(fingerprint(text));

const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
const EXPIRED = 'CERT_HAS_EXPIRED';

type Known = Pick<Certificate, 'issuer' | 'names' | 'validFrom' | 'validTo'>;

/** Explains OpenSSL's X509_V_ERR codes as Node spells them. */
function inWords(problem: string, { issuer, names, validFrom, validTo }: Known, host: string): string {
  switch (problem) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'is self-signed';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `was issued by ${issuer}, an authority of its own that this machine does not know`;
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `was issued by ${issuer}, whom this machine does not know, or the server does not send the certificates in between`;
    case EXPIRED:
      return `expired on ${validTo.slice(0, 10)}`;
    case 'CERT_NOT_YET_VALID':
      return `is valid only from ${validFrom.slice(0, 10)} on, unless the clock of this machine is wrong`;
    case WRONG_NAME:
      return `is issued for ${names.slice(0, 5).join(', ') || 'no name at all'}, not for ${host}`;
    case 'CERT_REVOKED':
      return 'was revoked';
    default:
      return 'is not trusted';
  }
}

/** Reads the names as Node writes them: `DNS:mail.example, IP Address:192.0.2.1`. */
const namesOf = (certificate: X509Certificate | undefined): readonly string[] =>
  [...(certificate?.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,\s]+)/g)].map(
    ([, name]) => name!,
  );

const oneLine = (name: string | undefined) => (name ?? '').replaceAll('\n', ', ');

const fingerprint = (text: string): string => text.replace(/[:\s]/g, '').toLowerCase();
