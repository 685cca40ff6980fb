import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeTempFolder } from './temp-folder.ts';

const LAMBDAS = resolve(import.meta.dirname, '../../../lambdas');
/** The folder of each program of the product. */
const PROGRAMS = { start: 'local', serve: 'local', cli: 'cli' } as const;

export interface Ended {
  /** The exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The result of a command with `--json`: its value or its error. */
export interface Answer<T> {
  readonly code: number | null;
  readonly value: T;
  readonly error: { readonly code: string; readonly message: string; readonly details: string[] } | undefined;
}

/** A running process of the product. */
export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the match when standard output contains it; rejects if the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A data folder with the product on it; each command is a process. */
export interface Shop {
  readonly dataDir: string;
  /** Returns a path beside the data folder. */
  at(name: string): string;
  cli(...args: string[]): Promise<Ended>;
  json<T>(...args: string[]): Promise<Answer<T>>;
  /** Imports a file of this content, which must be accepted. */
  load(what: 'settings' | 'customers' | 'deliveries', content: string): Promise<ImportCounts>;
  /**
   * Imports a file of this content, which must be refused.
   * @returns message and details, one line each
   */
  refused(what: string, content: string | Uint8Array): Promise<string>;
  start(program: 'cli' | 'serve' | 'start', ...args: string[]): Program;
  /** Returns every item of the table with its version, in order. */
  rows(): string[];
  /** Returns the archive as people see it: the bytes by key. */
  archive(): Map<string, Buffer>;
}

export interface ImportCounts {
  readonly created?: number;
  readonly updated?: number;
  readonly unchanged?: number;
  readonly changed?: boolean;
  readonly notices: readonly string[];
}

/**
 * Opens a new shop, empty or a copy. When the test ends, its folder is removed and its running processes are
 * killed.
 * @param words words before the arguments of every command
 */
export function openShop(
  test: { after(fn: () => Promise<void>): void },
  copyOf?: Pick<Shop, 'dataDir'>,
  words: readonly string[] = [],
): Shop {
  const folder = makeTempFolder();
  const dataDir = join(folder.path, 'data');
  const running = new Set<Program>();
  const at = (name: string) => join(folder.path, name);
  let files = 0;
  if (copyOf) cpSync(copyOf.dataDir, dataDir, { recursive: true });

  test.after(async () => {
    for (const { process } of running) process.kill('SIGKILL');
    await Promise.all([...running].map(({ ended }) => ended));
    folder.remove();
  });

  const start: Shop['start'] = (program, ...args) => {
    const started = startProgram(join(LAMBDAS, PROGRAMS[program], `${program}.ts`), args, dataDir);
    running.add(started);
    started.ended.then(() => running.delete(started));
    return started;
  };
  const cli: Shop['cli'] = (...args) => start('cli', ...words, ...args).ended;

  async function json<T>(...args: string[]): Promise<Answer<T>> {
    const { code, stdout, stderr } = await cli(...args, '--json');
    assert.equal(stderr, '', `cli ${args.join(' ')}`);
    const value = JSON.parse(stdout);
    return { code, value, error: value.error };
  }

  function write(what: string, content: string | Uint8Array): string {
    const path = at(`${++files}-${what}.${what === 'settings' ? 'json' : 'csv'}`);
    writeFileSync(path, content);
    return path;
  }

  return {
    dataDir,
    at,
    cli,
    json,
    start,
    async load(what, content) {
      const { code, value, error } = await json<ImportCounts>('import', what, write(what, content));
      assert.equal(code, 0, JSON.stringify(error));
      return value;
    },
    async refused(what, content) {
      const { code, error } = await json('import', what, write(what, content));
      assert.equal(code, 2, `${what} refused`);
      return [error?.message, ...(error?.details ?? [])].join('\n');
    },
    rows: () => tableRows(join(dataDir, 'rechnungspost.sqlite')),
    archive: () => visibleFiles(join(dataDir, 'archive')),
  };
}

/** Starts a process of the product on a data folder, without a terminal and without a desktop. */
function startProgram(module: string, args: readonly string[], dataDir: string): Program {
  const { DISPLAY: _, WAYLAND_DISPLAY: _wayland, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', module, ...args], {
    env: {
      ...env,
      DATA_DIR: dataDir,
      ARCHIVE_DIR: '',
      PORT: '0',
      HOST: '',
      DNS_SERVER: 'none',
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The process leads a group of its own, so that a test can send Ctrl-C to all of it.
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    says: (pattern) =>
      new Promise((found, failed) => {
        const look = () => {
          const match = pattern.exec(stdout);
          if (match) found(match);
        };
        look();
        child.stdout.on('data', look);
        ended.then(({ code }) =>
          failed(new Error(`ended with ${code} before it said ${pattern}: ${stdout}${stderr}`)),
        );
      }),
  };
}

function tableRows(file: string): string[] {
  if (!existsSync(file)) return [];
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = db.prepare('SELECT partition, sort, version, value FROM items ORDER BY 1, 2').all();
    return rows.map(({ partition, sort, version, value }) => `${partition} ${sort} ${version} ${value}`);
  } finally {
    db.close();
  }
}

/** Reads the visible files only, because those in the hidden folder come and go meanwhile. */
function visibleFiles(root: string): Map<string, Buffer> {
  const folders = existsSync(root) ? readdirSync(root).filter((name) => name !== '.rechnungspost') : [];
  const keys = folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  return new Map(keys.map((key) => [key, readFileSync(join(root, key))]));
}
