import type { Settings } from './settings.ts';

/**
 * Returns one sentence for each protection that these settings do without. They are shown where the settings
 * are changed, kept in the journal, and logged.
 */
export function smtpWarnings({
  encryption,
  certificate,
  minTls,
  user,
  allowPlainLogin,
}: Settings['mail']['smtp']): readonly string[] {
  const warnings: string[] = [];
  const encrypted = encryption !== 'none';
  if (encrypted && certificate === 'any') {
    warnings.push(
      'mail.smtp.certificate is any: nobody checks who the mail server is, and a stranger in between could read mails and password; pin is safer and works with self-signed certificates too.',
    );
  }
  if (encrypted && (minTls === 'TLSv1' || minTls === 'TLSv1.1')) {
    warnings.push(
      `mail.smtp.minTls is ${minTls}: TLS before 1.2 is broken, so set it back to TLSv1.2 once the mail server is updated.`,
    );
  }
  if (encryption === 'none' && allowPlainLogin && user !== '') {
    warnings.push(
      'mail.smtp.encryption is none and mail.smtp.allowPlainLogin is on: the password goes to the mail server unencrypted, and whoever is on the way can read it.',
    );
  }
  return warnings;
}
