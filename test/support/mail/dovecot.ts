import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keeper } from '#test/support/process/keeper.ts';

export const DOVECOT = '/usr/sbin/dovecot';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Starts Dovecot only for logins: PLAIN, LOGIN and CRAM-MD5 on a socket that Postfix asks. */
export function startDovecot(keeper: Keeper, socket: string, logins: readonly Login[]) {
  const folder = join(keeper.folder, 'dovecot');
  const config = join(folder, 'dovecot.conf');
  const users = join(folder, 'users');
  mkdirSync(folder);
  // CRAM-MD5 needs the plain password.
  writeFileSync(users, logins.map(({ user, password }) => `${user}:{PLAIN}${password}\n`).join(''));
  writeFileSync(config, configuration(folder, users, socket));
  return keeper.run(join(folder, 'output'), DOVECOT, '-F', '-c', config);
}

const configuration = (folder: string, users: string, socket: string): string => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols =
ssl = no
auth_mechanisms = plain login cram-md5
disable_plaintext_auth = no
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = ${users}
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  unix_listener ${socket} {
    mode = 0660
    user = postfix
    group = postfix
  }
}
service anvil {
  # Without it nobody waits for having had a wrong password before.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
