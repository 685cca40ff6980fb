import { join, resolve } from 'node:path';
import { Fault, refuse } from '#core/errors.ts';

/** Where one machine keeps its data and listens, read from the environment. */
export interface LocalConfig {
  readonly dataDir: string;
  /** The archive's folder; may be a network share. */
  readonly archiveDir: string;
  readonly mailboxDir: string;
  readonly templatesDir: string;
  readonly host: string;
  readonly port: number;
  readonly chromePath: string | undefined;
  /**
   * The name server to ask: its address, with a port if needed; `none` asks nobody; undefined uses the
   * machine's.
   */
  readonly dnsServer: string | undefined;
  /** The token that callers must show; undefined if none is required. */
  readonly apiToken: string | undefined;
}

/**
 * Environment variables of every function on AWS. The stacks fill them by this type, so that none can be
 * forgotten.
 */
export interface FunctionEnvironment {
  readonly TABLE_NAME: string;
  readonly BUCKET_NAME: string;
  /** How invoices in the bucket are locked: `none`, `GOVERNANCE` or `COMPLIANCE`. */
  readonly ARCHIVE_LOCK: string;
  /** The secret that holds the SMTP password. */
  readonly SECRET_ID: string;
  readonly RUN_QUEUE_URL: string;
  readonly DOCUMENTS_QUEUE_URL: string;
  readonly MAIL_QUEUE_URL: string;
  /** The configuration set of SES, which publishes what became of a mail. */
  readonly CONFIGURATION_SET: string;
}

/**
 * Environment variables that only the HTTP API has in addition. They cannot go to every function: the one
 * that prints on demand would get its own name, which CloudFormation does not know before it has created it.
 */
export interface ApiEnvironment extends FunctionEnvironment {
  /** Address of the user pool whose tokens are accepted. */
  readonly TOKEN_ISSUER: string;
  /** Name of the function that has the browser. */
  readonly ON_DEMAND_FUNCTION: string;
}

/** Where a stage on AWS keeps things, by the names of the environment variables. */
export interface AwsConfig extends FunctionEnvironment {
  readonly templatesDir: string;
  /** The name server as in `LocalConfig`; functions use that of their network. */
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

/**
 * Reads the configuration of a stage.
 * @throws Fault `bad-settings` naming the variable that is missing
 */
export function awsConfig(environment: NodeJS.ProcessEnv): AwsConfig {
  const templatesDir = join(environment.LAMBDA_TASK_ROOT ?? ROOT, 'templates');
  const { DNS_SERVER: dnsServer } = environment;
  return { ...required(NAMES, environment), templatesDir, ...(dnsServer ? { dnsServer } : {}) };
}

/**
 * Reads the configuration of the HTTP API.
 * @throws Fault as `awsConfig`
 */
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

/**
 * Reads the configuration of one machine.
 * @throws Fault `bad-input` for an invalid port
 */
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
