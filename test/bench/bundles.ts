import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { bundleFunctions } from '../../infra/constructs/bundle.ts';

/**
 * Measures how large the bundles of the functions are and how long Node takes to load them on one core, which
 * is what a cold start costs before the first line of a handler. The shortest of some tries counts, because
 * others use the machine as well.
 */
const TRIES = 7;
const ON_ONE_CORE = process.platform === 'linux' ? ['taskset', '-c', '0'] : [];
const SCRIPT = `
  const before = process.cpuUsage();
  const start = performance.now();
  await import('./index.mjs');
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify([performance.now() - start, (user + system) / 1000]));
  process.exit();`;

const begin = performance.now();
using bundles = await bundleFunctions();
console.log(`all bundled in ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
console.table(Object.fromEntries(bundles.folders.map((folder) => [folder, measure(bundles.of(folder))])));

function measure(folder: string) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  const tries = Array.from({ length: TRIES }, () => load(folder));
  return {
    'unpacked MB': megabytes(files.map((bytes) => bytes.length)),
    'zipped MB': megabytes(files.map((bytes) => deflateRawSync(bytes).length)),
    'import ms': Math.round(Math.min(...tries.map(([wall]) => wall))),
    'of it processor': Math.round(Math.min(...tries.map(([, cpu]) => cpu))),
  };
}

function load(folder: string): [wall: number, cpu: number] {
  const [command = '', ...args] = [...ON_ONE_CORE, process.execPath, '--input-type=module', '--eval', SCRIPT];
  const environment = ['TABLE_NAME', 'BUCKET_NAME', 'ARCHIVE_LOCK', 'SECRET_ID', 'CONFIGURATION_SET'];
  const queues = ['RUN_QUEUE_URL', 'DOCUMENTS_QUEUE_URL', 'MAIL_QUEUE_URL'];
  const ofTheApi = ['TOKEN_ISSUER', 'ON_DEMAND_FUNCTION'];
  const env = Object.fromEntries(
    [...environment, ...queues, ...ofTheApi].map((name) => [name, 'https://sqs.test/any']),
  );
  const said = execFileSync(command, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', LAMBDA_TASK_ROOT: folder, ...env },
    encoding: 'utf8',
  });
  return JSON.parse(said);
}

function megabytes(sizes: number[]): number {
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 10_000) / 100;
}
