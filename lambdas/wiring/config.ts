import { resolve } from 'node:path';
import { refuse } from '#core/errors.ts';

/** Where one machine keeps things and listens; from the environment. */
export interface LocalConfig {
  readonly dataDir: string;
  /** May be a network share. */
  readonly archiveDir: string;
  readonly mailboxDir: string;
  readonly templatesDir: string;
  readonly host: string;
  readonly port: number;
  readonly chromePath: string | undefined;
}

const ROOT = resolve(import.meta.dirname, '../..');

/** @throws Fault `bad-input` for a port that is none */
export function localConfig(environment: NodeJS.ProcessEnv): LocalConfig {
  const dataDir = resolve(environment.DATA_DIR || './data');
  const port = Number(environment.PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    refuse(`PORT=${environment.PORT} is not a port: choose a number from 1 to 65535.`);
  }
  return {
    dataDir,
    archiveDir: resolve(environment.ARCHIVE_DIR || `${dataDir}/archive`),
    mailboxDir: `${dataDir}/mailbox`,
    templatesDir: `${ROOT}/templates`,
    host: environment.HOST || '127.0.0.1',
    port,
    chromePath: environment.CHROME_PATH || undefined,
  };
}
