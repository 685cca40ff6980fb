import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, startKeeper } from '#test/support/process/keeper.ts';
import { cephPaths, majorVersion, OLDEST_VERSION } from './ceph-rgw.ts';

export { S3_SERVER_MISSING } from './ceph-rgw.ts';

const run = promisify(execFile);

/**
 * A real S3 server on the loopback: path style, data in memory. It ends with this process, however that ends.
 */
export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

/**
 * Starts Ceph with one monitor, one storage daemon in memory, and RGW, its S3 server. RGW runs in one thread
 * and serves requests one after the other, so that exactly one of several simultaneous conditional puts wins,
 * as in S3. Starting takes about a second.
 */
export async function startS3Server(): Promise<S3Server> {
  const ceph = cephPaths();
  const { stdout: version } = await run(...ceph.command('radosgw', '--version'));
  if (!(majorVersion(version) >= OLDEST_VERSION)) {
    throw new Error(`${version} is older than ${OLDEST_VERSION}: remove it and run npm run fetch:s3-server`);
  }
  const keeper = startKeeper('s3');
  const { folder } = keeper;
  try {
    const [port, monitorPort] = (await freePorts(2)) as [number, number];
    const id = randomUUID();
    const config = join(folder, 'ceph.conf');
    for (const name of ['mon', 'osd', 'rgw']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'keyring'), '');
    writeFileSync(config, configuration({ folder, id, port, monitorPort, ...ceph }));
    const tool = (program: string, ...args: string[]) => run(...ceph.command(program, ...args));
    const daemon = (name: string, program: string, ...args: string[]) => {
      const [command, words] = ceph.command(program, '-c', config, '-f', ...args);
      return keeper.run(join(folder, `${name}.out`), command, ...words);
    };
    const monitors = join(folder, 'monmap');
    const disks = join(folder, 'osdmap');
    await Promise.all([
      tool('monmaptool', '--create', '--fsid', id, '--addv', 'a', `[v1:127.0.0.1:${monitorPort}]`, monitors),
      tool('osdmaptool', '-c', config, '--createsimple', '1', '--clobber', disks),
    ]);
    await tool('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', monitors, '--osdmap', disks);
    daemon('mon', 'ceph-mon', '-i', 'a');
    await tool('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', id);
    daemon('osd', 'ceph-osd', '-i', '0');
    const user = ['--uid', 'test', '--display-name', 'test', '--access-key', 'test', '--secret-key', 'test'];
    await tool('radosgw-admin', '-c', config, 'user', 'create', ...user);
    const gateway = daemon('rgw', 'radosgw', '-n', 'client.rgw');
    const endpoint = `http://127.0.0.1:${port}`;
    await answering(endpoint, () => {
      if (gateway.exitCode === null) return;
      throw new Error(`The S3 server ended: ${readFileSync(join(folder, 'rgw.out'), 'utf8')}`);
    });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return { endpoint, region: 'us-east-1', credentials, close: keeper.end };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

/** Waits until the endpoint answers, for at most a minute. */
async function answering(endpoint: string, check: () => void): Promise<void> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const response = await fetch(endpoint).catch(() => undefined);
    if (response?.ok) return;
    check();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${endpoint} did not answer for a minute`);
}

function configuration(of: {
  readonly folder: string;
  readonly id: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly plugins: string;
  readonly classes: string;
}): string {
  return `[global]
fsid = ${of.id}
mon host = v1:127.0.0.1:${of.monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
ms bind before connect = false
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = true
run dir = ${of.folder}
admin socket = ${of.folder}/$name.asok
pid file = ${of.folder}/$name.pid
log file = ${of.folder}/$name.log
crash dir = ${of.folder}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
osd class dir = ${of.classes}
plugin dir = ${of.plugins}
erasure code dir = ${of.plugins}/erasure-code
[mon]
mon data = ${of.folder}/mon
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.05
paxos min wait = 0.01
[osd]
osd objectstore = memstore
memstore device bytes = 1073741824
osd data = ${of.folder}/osd
osd journal = ${of.folder}/osd/journal
osd op num shards = 2
osd op num threads per shard = 1
osd class update on start = false
osd crush update on start = false
[client]
keyring = ${of.folder}/keyring
rgw frontends = beast endpoint=127.0.0.1:${of.port}
rgw beast enable async = false
rgw thread pool size = 1
rgw run sync thread = false
rgw data = ${of.folder}/rgw
rgw lc debug interval = -1
rgw enable gc threads = false
`;
}
