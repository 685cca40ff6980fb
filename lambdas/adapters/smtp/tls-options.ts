import { type ConnectionOptions, DEFAULT_CIPHERS, type SecureVersion } from 'node:tls';
import type { SmtpSettings } from './settings.ts';

/**
 * Returns the TLS options for both implicit TLS and STARTTLS. The certificate is not judged here but
 * afterwards, by `distrust`.
 */
export function tlsOptions({
  minTls,
}: Pick<SmtpSettings, 'minTls'>): Pick<ConnectionOptions, 'rejectUnauthorized' | 'minVersion' | 'ciphers'> {
  return {
    rejectUnauthorized: false,
    minVersion: minTls,
    // OpenSSL speaks TLS 1.0 and 1.1 only at its lowest security level, because they sign with SHA-1 and MD5.
    ...(isOutdated(minTls) && { ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` }),
  };
}

const isOutdated = (version: SecureVersion): boolean => version === 'TLSv1' || version === 'TLSv1.1';
