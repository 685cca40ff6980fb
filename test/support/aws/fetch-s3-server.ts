import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cephPaths, isInstalled, majorVersion, OLDEST_VERSION, PREFIX, PROGRAMS } from './ceph-rgw.ts';

/**
 * `npm run fetch:s3-server`: unpacks Ceph RGW, a real S3 server, from Debian's packages into a cache folder.
 * Nothing is installed: the machine's apt says where Debian's packages come from, and works in a folder that
 * is removed afterwards. Needs apt (Debian or a container of it) and about 130 MB; does nothing if Ceph is
 * there already.
 */
const run = promisify(execFile);
/** Debian's suite that has version 20. */
const SUITE = 'testing';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/**
 * The dependencies that are unpacked: libraries, except (below) those of tools that the server never starts.
 */
const NEEDED = /^(radosgw|ceph-(base|common|mon|osd)|zlib1g|lib.*)$/;
const NEVER_LOADED =
  /^lib(systemd-shared|python|perl|pam|cryptsetup|lvm2|devmapper|parted|nvme|inih|readline|ncurses|tinfo|apt|seccomp|cephfs|rgw|rbd|radosstriper|sqlite3-mod|db5|gdbm|tcmalloc-minimal|semanage|sepol|audit)/;

if (isInstalled()) {
  console.log(`Ceph RGW is there: ${PREFIX}`);
} else {
  await fetchInto(PREFIX).catch((error) => {
    console.error(`Ceph RGW could not be fetched; it takes Debian's apt-get and dpkg-deb.\n${error.message}`);
    process.exitCode = 1;
  });
}

async function fetchInto(prefix: string): Promise<void> {
  const began = performance.now();
  const work = `${prefix}.${process.pid}`;
  const root = join(work, 'root');
  try {
    // As on any current Debian, /bin and the like are links into /usr.
    for (const folder of ['bin', 'lib', 'lib64']) {
      mkdirSync(join(root, 'usr', folder), { recursive: true });
      symlinkSync(`usr/${folder}`, join(root, folder));
    }
    symlinkSync('usr/bin', join(root, 'sbin'));
    symlinkSync('bin', join(root, 'usr/sbin'));
    const packages = await download(work);
    const queue = [...packages];
    const unpack = async () => {
      for (let file = queue.pop(); file; file = queue.pop()) await unpackPackage(file, root);
    };
    await Promise.all([unpack(), unpack()]);
    for (const name of readdirSync(join(root, 'usr/bin'))) {
      if (!PROGRAMS.includes(name)) rmSync(join(root, 'usr/bin', name), { force: true });
    }
    const { stdout } = await run(...cephPaths(root).command('radosgw', '--version'));
    if (!(majorVersion(stdout) >= OLDEST_VERSION)) throw new Error(`this is ${stdout}, too old`);
    mkdirSync(dirname(prefix), { recursive: true });
    if (!isInstalled(prefix)) renameSync(root, prefix); // another process may have been faster
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`${stdout.trim()}: ${packages.length} packages, ${seconds} s, in ${prefix}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Downloads the packages and returns their files. It runs apt with settings, lists and a state of its own, so
 * that apt thinks nothing is installed.
 */
async function download(work: string): Promise<string[]> {
  const apt = join(work, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs']) {
    mkdirSync(join(apt, folder), { recursive: true });
  }
  writeFileSync(
    join(apt, 'sources.list'),
    `deb [signed-by=${KEYRING}] ${await findMirror()} ${SUITE} main\n`,
  );
  writeFileSync(join(apt, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': join(apt, 'cache'),
    'Acquire::Languages': 'none',
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  };
  writeFileSync(
    join(apt, 'conf'),
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  const aptGet = (...args: string[]) =>
    run('apt-get', args, {
      cwd: join(apt, 'debs'),
      env: { ...process.env, APT_CONFIG: join(apt, 'conf') },
      maxBuffer: 2 ** 24,
    });
  await aptGet('-q', 'update');
  const { stdout: plan } = await aptGet(
    'install',
    '-s',
    '--no-install-recommends',
    'radosgw',
    'ceph-mon',
    'ceph-osd',
  );
  const names = [...plan.matchAll(/^Inst (\S+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => NEEDED.test(name) && !NEVER_LOADED.test(name));
  await aptGet('-q', 'download', ...names);
  return readdirSync(join(apt, 'debs')).map((file) => join(apt, 'debs', file));
}

/** Finds where this machine's own packages come from, whether or not it has ever fetched their lists. */
async function findMirror(): Promise<string> {
  const { stdout } = await run('apt-get', ['indextargets', '--no-release-info', '--format', '$(REPO_URI)']);
  const mirror = stdout.split('\n').find((address) => /debian/i.test(address) && !/security/i.test(address));
  if (!mirror) throw new Error('The apt of this machine knows no source of Debian packages');
  return mirror;
}

/** Unpacks a package through a shell pipe, because dpkg-deb itself would replace the links by folders. */
async function unpackPackage(file: string, root: string): Promise<void> {
  const tar = 'tar x --keep-directory-symlink --exclude ./usr/share --exclude ./var --exclude ./etc';
  await run('bash', ['-o', 'pipefail', '-c', `dpkg-deb --fsys-tarfile "$0" | ${tar} -C "$1"`, file, root]);
}
