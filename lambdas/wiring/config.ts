import { join, resolve } from 'node:path';
import { Fault, refuse } from '#core/errors.ts';

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
  /** The name server that is asked: its address, with a port if need be; `none`: none is; undefined: the machine's. */
  readonly dnsServer: string | undefined;
  /** What callers show who are not on this machine; undefined: none is asked for. */
  readonly apiToken: string | undefined;
}

/** Environment variables of every function on AWS. The stacks fill them from this type, so that none is forgotten. */
export interface FunctionEnvironment {
  readonly TABLE_NAME: string;
  readonly BUCKET_NAME: string;
  /** How invoices in the bucket are protected: `none`, `GOVERNANCE`, `COMPLIANCE`. */
  readonly ARCHIVE_LOCK: string;
  /** The secret that holds the SMTP password. */
  readonly SECRET_ID: string;
  readonly RUN_QUEUE_URL: string;
  readonly DOCUMENTS_QUEUE_URL: string;
  readonly MAIL_QUEUE_URL: string;
  /** Of SES: where it tells what became of a mail. */
  readonly CONFIGURATION_SET: string;
}

/**
 * What the function of the HTTP API has besides. Others do not get it: the function that prints on demand would be told
 * its own name, which CloudFormation cannot know before it has made it.
 */
export interface ApiEnvironment extends FunctionEnvironment {
  /** The user pool whose tokens are taken: its address. */
  readonly TOKEN_ISSUER: string;
  /** The function that has the browser. */
  readonly ON_DEMAND_FUNCTION: string;
}

/** Where a stage on AWS keeps things; by the names of the environment. */
export interface AwsConfig extends FunctionEnvironment {
  readonly templatesDir: string;
  /** As of `LocalConfig`; functions have that of their network. */
  readonly dnsServer?: string;
}
export interface ApiConfig extends AwsConfig, ApiEnvironment {}

const NAMES = [
  'TABLE_NAME',
  'BUCKET_NAME',
  'ARCHIVE_LOCK',
  'SECRET_ID',
  'RUN_QUEUE_URL',
  'DOCUMENTS_QUEUE_URL',
  'MAIL_QUEUE_URL',
  'CONFIGURATION_SET',
] as const satisfies (keyof FunctionEnvironment)[];

/** @throws Fault `bad-settings` naming the variable that is missing */
export function awsConfig(environment: NodeJS.ProcessEnv): AwsConfig {
  const templatesDir = join(environment.LAMBDA_TASK_ROOT ?? ROOT, 'templates');
  const { DNS_SERVER: dnsServer } = environment;
  return { ...required(NAMES, environment), templatesDir, ...(dnsServer ? { dnsServer } : {}) };
}

/** @throws Fault as `awsConfig` */
export const apiConfig = (environment: NodeJS.ProcessEnv): ApiConfig => ({
  ...awsConfig(environment),
  ...required(['TOKEN_ISSUER', 'ON_DEMAND_FUNCTION'], environment),
});

function required<Name extends string>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv,
): Record<Name, string> {
  const given = names.map((name) => {
    const value = environment[name];
    if (value) return [name, value];
    throw new Fault('bad-settings', `The environment lacks ${name}: deploy the stage again.`);
  });
  return Object.fromEntries(given);
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
    dnsServer: environment.DNS_SERVER || undefined,
    apiToken: environment.API_TOKEN || undefined,
  };
}
