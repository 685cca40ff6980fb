import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import { plain } from './mask.ts';
import type { SmtpSettings } from './settings.ts';

/**
 * An SMTP error with `timeoutType` set by nodemailer or `dial`, `reason` by OpenSSL, and `errors` where a
 * host has several addresses.
 */
type Fault = Omit<SMTPError, 'timeoutType'> & {
  readonly timeoutType?: string;
  readonly reason?: string;
  readonly errors?: readonly Error[];
};

/**
 * Recognizes OpenSSL's own errors: incompatible protocol versions, or a port that does not speak TLS at all.
 */
export const isTlsFault = (error: SMTPError): boolean => /^ERR_(?:SSL|TLS)_/.test(codeOf(error));

/** Says what is wrong with the encryption, and which setting to change. */
export function tlsFault(error: SMTPError, settings: SmtpSettings): string {
  const server = serverName(settings);
  const code = codeOf(error);
  const said = faultText(error, settings);
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|UNSUPPORTED_SSL_VERSION|VERSION_TOO_LOW/.test(code)) {
    const older = OLDER[settings.minTls];
    const remedy = older
      ? `or set mail.smtp.minTls to ${older} if that cannot be done`
      : 'it is not safe to use';
    return `${server} speaks only TLS older than mail.smtp.minTls, which is ${settings.minTls}: ${said}; have the server updated, ${remedy}`;
  }
  if (settings.encryption === 'tls' && NO_TLS_AT_ALL.test(code)) {
    return `${server} is not encrypted from the start: ${said}; set mail.smtp.encryption to starttls${orPort(settings, 465)}`;
  }
  return `No encrypted connection to ${server} came about: ${said}; check mail.smtp.encryption and mail.smtp.port`;
}

/**
 * Says what prevents a conversation with the server, and what to check; undefined where only the error itself
 * is known.
 */
export function connectionFault(error: SMTPError, settings: SmtpSettings): string | undefined {
  const { host, port } = settings;
  const server = serverName(settings);
  const said = faultText(error, settings);
  switch ((error as Fault).timeoutType) {
    case 'CONNECT_TIMEOUT':
      return unreachable(settings, said);
    case 'HANDSHAKE_TIMEOUT':
      return `${server} took the connection but began no TLS: ${said}; set mail.smtp.encryption to starttls if the port is not encrypted from the start${orPort(settings, 465)}`;
    case 'GREETING_TIMEOUT':
      return `${server} took the connection but sent no greeting: ${said}; check mail.smtp.host and mail.smtp.port, and whether a firewall or virus scanner is in between`;
    case 'UPGRADE_TIMEOUT':
      return `${server} did not end the TLS handshake after STARTTLS: ${said}; check mail.smtp.port if this goes on`;
  }
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return `Nobody listens at ${host}:${port}, or a firewall refuses: ${said}; check mail.smtp.host and mail.smtp.port${port === 25 ? `; ${PORT_25}` : ''}`;
    case 'ENOTFOUND':
      return `There is no host named ${host}: ${said}; check mail.smtp.host`;
    case 'EAI_AGAIN':
      return `The name ${host} could not be looked up just now: ${said}; check the network of this machine, and mail.smtp.host`;
    case 'ETIMEDOUT':
      return error.syscall === 'connect' ? unreachable(settings, said) : undefined;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(settings, said);
  }
  // Node's message for a connection that ends during the handshake, and nodemailer's code for it.
  if (error.code === 'ETLS' || /before secure TLS connection/.test(error.message)) {
    return `${server} broke off the TLS handshake: ${said}; check mail.smtp.encryption and mail.smtp.port if this goes on`;
  }
  return undefined;
}

export const serverName = ({ host, port }: Pick<SmtpSettings, 'host' | 'port'>): string =>
  `the mail server ${host}:${port}`;

/** Returns advice to change the port as well, unless it is the usual one already. */
export const orPort = ({ port }: Pick<SmtpSettings, 'port'>, usual: 465 | 587): string =>
  port === usual ? '' : `, or mail.smtp.port to ${usual}`;

/**
 * Returns the error's text, in OpenSSL's short words where there are any, because its message is a line of
 * its source code.
 */
export function faultText(error: SMTPError, settings: SmtpSettings): string {
  const { reason, errors, message, response } = error as Fault;
  const text = response ?? (reason || message || errors?.[0]?.message || codeOf(error));
  return plain(text, settings);
}

const unreachable = ({ host, port }: SmtpSettings, said: string): string =>
  port === 25
    ? `Port 25 of ${host} cannot be reached: ${said}; ${PORT_25}`
    : `Port ${port} of ${host} cannot be reached: ${said}; check mail.smtp.host and mail.smtp.port, and whether a firewall lets this machine out`;

const PORT_25 =
  'many networks block port 25: set mail.smtp.port to 587, or to 465 with mail.smtp.encryption tls';

/** Codes for an answer that is not TLS, mostly the greeting in plain text. */
const NO_TLS_AT_ALL = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE/;

const OLDER: Readonly<Partial<Record<SmtpSettings['minTls'], string>>> = {
  'TLSv1.3': 'TLSv1.2',
  'TLSv1.2': 'TLSv1.1 or TLSv1',
  'TLSv1.1': 'TLSv1',
};

const codeOf = (error: SMTPError): string => error.originalCode ?? String(error.code ?? '');
