import { type ConnectionOptions, DEFAULT_CIPHERS, type SecureVersion } from 'node:tls';
import type { SmtpSettings } from './settings.ts';

/** For both roads, implicit TLS and STARTTLS; the certificate is judged afterwards, by `distrust`. */
export function tlsOptions({
  minTls,
}: Pick<SmtpSettings, 'minTls'>): Pick<ConnectionOptions, 'rejectUnauthorized' | 'minVersion' | 'ciphers'> {
  return {
    rejectUnauthorized: false,
    minVersion: minTls,
    // OpenSSL speaks 1.0 and 1.1 at its lowest level only: they sign with SHA-1 and MD5.
    ...(isOutdated(minTls) && { ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` }),
  };
}

const isOutdated = (version: SecureVersion): boolean => version === 'TLSv1' || version === 'TLSv1.1';
