import { chmodSync, chownSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Creates Postfix's folders with the owners and modes of the packages' `postfix-files`.
 * @returns the user who owns the mailboxes
 */
export function makeFolders(folder: string): number {
  const postfix = idOf('passwd', 'postfix');
  const postdrop = idOf('group', 'postdrop');
  const uid = idOf('passwd', 'nobody');
  chmodSync(folder, 0o755);
  for (const name of ['etc', 'queue', 'queue/pid']) mkdirSync(join(folder, name));
  const make = (name: string, mode: number, owner = postfix, group = 0) => {
    const path = join(folder, name);
    mkdirSync(path);
    chownSync(path, owner, group);
    chmodSync(path, mode);
  };
  make('data', 0o700);
  make('mail', 0o700, uid);
  for (const name of ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming'])
    make(`queue/${name}`, 0o700);
  for (const name of ['private', 'saved', 'trace']) make(`queue/${name}`, 0o700);
  make('queue/public', 0o710, postfix, postdrop);
  make('queue/maildrop', 0o730, postfix, postdrop);
  return uid;
}

const idOf = (file: 'passwd' | 'group', name: string): number => {
  const line = new RegExp(`^${name}:[^:]*:(\\d+)`, 'm').exec(readFileSync(`/etc/${file}`, 'utf8'));
  if (!line) throw new Error(`/etc/${file} has no ${name}: apt-get install --reinstall postfix dovecot-core`);
  return Number(line[1]);
};

/**
 * Writes configuration files and dates them back, because Postfix waits until a file has not changed for a
 * second.
 */
export function writeConfiguration(folder: string, files: Readonly<Record<string, string>>): void {
  const aMinuteAgo = Date.now() / 1000 - 60;
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), aMinuteAgo, aMinuteAgo);
  }
}
