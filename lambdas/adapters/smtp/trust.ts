import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SmtpSettings } from './settings.ts';

export interface Encryption {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    readonly validTo: string;
    /** Lower-case hex: what `mail.smtp.pin` wants. */
    readonly sha256: string;
    /** Why this machine does not trust it; undefined when it does. */
    readonly problem: string | undefined;
  };
}

/** Undefined for a connection without TLS. */
export function encryptionOf(socket: Socket | false | null): Encryption | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  const oneLine = (name: string | undefined) => (name ?? '').replaceAll('\n', ', ');
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    certificate: {
      subject: oneLine(certificate?.subject),
      issuer: oneLine(certificate?.issuer),
      validTo: certificate?.validTo ?? '',
      sha256: fingerprint(certificate?.fingerprint256 ?? ''),
      problem: socket.authorized ? undefined : String(socket.authorizationError),
    },
  };
}

/** Judged here and not by the handshake, so that the reason can name certificate and setting. */
export function distrust(
  { certificate }: Encryption,
  settings: Pick<SmtpSettings, 'certificate' | 'pin'>,
): string | undefined {
  switch (settings.certificate) {
    case 'any':
      return undefined;
    case 'pin':
      if (certificate.sha256 === fingerprint(settings.pin)) return undefined;
      return `it shows the certificate ${certificate.sha256}, not the pinned one; if that is right, set mail.smtp.pin to it`;
    case 'verify':
      if (certificate.problem === undefined) return undefined;
      return `its certificate for ${certificate.subject || 'nobody'} is not trusted (${certificate.problem}); check mail.smtp.host, or set mail.smtp.certificate to pin and mail.smtp.pin to ${certificate.sha256}`;
  }
}

export const isPin = (text: string): boolean => /^[0-9a-f]{64}$/.test(fingerprint(text));

const fingerprint = (text: string): string => text.replace(/[:\s]/g, '').toLowerCase();
