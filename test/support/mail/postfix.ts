import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, type Keeper, startKeeper } from '#test/support/process/keeper.ts';
import { until } from '#test/support/process/processes.ts';
import { DOVECOT, startDovecot } from './dovecot.ts';
import { greylist, startPolicyServer } from './policy-server.ts';
import { mainCf, masterCf, SERVICES, type ServiceName } from './postfix-config.ts';
import { makeFolders, writeConfiguration } from './postfix-folders.ts';
import { type Delivered, readMailboxes } from './postfix-mailboxes.ts';

const MASTER = ['/usr/lib/postfix/sbin/master', '/usr/libexec/postfix/master'].find(existsSync);

/** The value for `skip`: false where Postfix can be started, else why not and how to install it. */
export const POSTFIX_MISSING: string | false =
  MASTER === undefined || !existsSync(DOVECOT)
    ? 'skipped: postfix not installed (apt-get install postfix dovecot-core)'
    : process.getuid?.() !== 0
      ? 'skipped: postfix only starts for root (run the tests as root, in a container)'
      : false;

/**
 * Returns one of its certificates. Both are for the address 127.0.0.1; the self-signed one is valid until
 * 2125, the other expired in 2021.
 */
export const certificateOf = (name: 'self-signed' | 'expired'): string =>
  readFileSync(new URL(`../certs/postfix-${name}.crt`, import.meta.url), 'utf8');

/** Returns a certificate's SHA-256, as `mail.smtp.pin` takes it. */
export const pinOf = (name: 'self-signed' | 'expired'): string =>
  new X509Certificate(certificateOf(name)).fingerprint256.replaceAll(':', '').toLowerCase();

/** The `mail.smtp` settings for the services with STARTTLS. */
export const PINNED = { encryption: 'starttls', certificate: 'pin', pin: pinOf('self-signed') } as const;

/** A login that may send as `rechnung@wiesengrund.example`; `TILL` may send under no address. */
export const CLERK = { user: 'clerk', password: 'Käse & Söhne 42' };
export const TILL = { user: 'till', password: 'till-42' };
export const SENDER = 'rechnung@wiesengrund.example';

/** Mailboxes of the office's own server, and of others that it relays to. Mail to `grau` is greylisted. */
export const MAILBOXES = {
  own: 'chefin@wiesengrund.example',
  copy: 'kopie@wiesengrund.example',
  sales: 'verkauf@wiesengrund.example',
  store: 'lager@wiesengrund.example',
  grey: 'grau@wiesengrund.example',
  customer: 'rechnungen@kunde.example',
  second: 'buchhaltung@kunde.example',
  greyCustomer: 'grau@kunde.example',
} as const;
/** An address without a mailbox. */
export const NOBODY = 'niemand@wiesengrund.example';

export interface Postfix {
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Returns everything that has been delivered, once nothing is on its way any more. */
  delivered(): Promise<readonly Delivered[]>;
  close(): Promise<void>;
}

/**
 * Starts Postfix with its own configuration, queue and mailboxes, and Dovecot for its logins. Takes 0.1 s.
 */
export async function startPostfix(): Promise<Postfix> {
  const policy = await startPolicyServer(greylist((recipient) => recipient.startsWith('grau@')));
  // Another process may take a port between its choice and the start, which Postfix reports only to the
  // system's log; hence the retries.
  for (let attempt = 1; ; attempt++) {
    const keeper = startKeeper('postfix');
    try {
      const ports = await start(keeper, policy.port);
      const close = async () => {
        await Promise.all([keeper.end(), policy.close()]);
      };
      return { ports, delivered: () => delivered(keeper.folder), close };
    } catch (error) {
      await keeper.end();
      if (attempt < 3) continue;
      await policy.close();
      throw error;
    }
  }
}

async function start(keeper: Keeper, policyPort: number): Promise<Postfix['ports']> {
  const { folder } = keeper;
  const names = Object.keys(SERVICES) as ServiceName[];
  const free = await freePorts(names.length);
  const ports = Object.fromEntries(names.map((name, at) => [name, free[at]!])) as Record<ServiceName, number>;
  const uid = makeFolders(folder);
  writeConfiguration(join(folder, 'etc'), {
    'main.cf': mainCf({
      ...{ folder, policyPort, uid, mailboxes: Object.values(MAILBOXES), domains: ['wiesengrund.example'] },
      owners: { [SENDER]: CLERK.user },
    }),
    'master.cf': masterCf(ports),
  });
  const socket = join(folder, 'queue/private/auth');
  const daemons = [
    startDovecot(keeper, socket, [CLERK, TILL]),
    keeper.run(join(folder, 'output'), MASTER!, '-c', join(folder, 'etc'), '-d'),
  ];
  const living = () => {
    if (daemons.every(({ pid, exitCode, signalCode }) => pid && exitCode === null && signalCode === null))
      return;
    throw new Error(`The mail server ended: ${logsOf(folder)}`);
  };
  await until('the mail server listens', () => {
    living();
    return existsSync(socket) && /daemon started/.test(logOf(folder, 'log'));
  });
  return ports;
}

async function delivered(folder: string): Promise<readonly Delivered[]> {
  return readMailboxes(folder).catch((error) => {
    throw new Error(`${error.message}: ${logsOf(folder)}`);
  });
}

const logsOf = (folder: string): string =>
  ['log', 'output', 'dovecot/log', 'dovecot/output'].map((name) => logOf(folder, name)).join('\n');

function logOf(folder: string, name: string): string {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-3_000) : '';
}
