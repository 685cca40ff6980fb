import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { packageClosure } from './package-closure.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What is copied into a function's bundle beside its code. */
interface Beside {
  /**
   * The shipped templates with their labels and fonts, for functions that fill templates or check what can be
   * printed.
   */
  readonly templates?: boolean;
  /** Packages that are copied as npm installed them, with all their dependencies. */
  readonly packages?: readonly string[];
}
const BESIDE: Readonly<Record<string, Beside>> = {
  api: { templates: true },
  'billing-run': { templates: true },
  documents: { templates: true, packages: ['@sparticuz/chromium'] },
  'send-mail': { templates: true },
};

export interface Bundles {
  /** The folders below `lambdas` that hold a `handler.ts`. */
  readonly folders: readonly string[];
  /** Returns the folder that holds the bundle of `lambdas/<folder>`; its code is `index.mjs`. */
  of(folder: string): string;
  /** Removes all bundles; the cloud assembly has copies of them. */
  [Symbol.dispose](): void;
}

/**
 * Bundles all functions in one go, each into one file with everything it imports, including the AWS SDK in
 * the version that was tested. The same sources give the same bytes.
 *
 * The bundles are not minified and so need no source map: a stack trace names functions and lines, and a
 * comment above the code names its source file. As measured, this costs no time at start (Node parses a
 * function's body only when it is called) and a fifth of a megabyte of upload.
 */
export async function bundleFunctions(): Promise<Bundles> {
  const folders = globSync('lambdas/*/handler.ts', { cwd: ROOT })
    .map((file) => basename(dirname(file)))
    .sort();
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: folders.map((folder) => ({ in: `lambdas/${folder}/handler.ts`, out: `${folder}/index` })),
    outdir: ROOT,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    legalComments: 'none',
    external: Object.values(BESIDE).flatMap(({ packages = [] }) => packages),
    plugins: [englishAlone],
    // Packages in CommonJS load Node's built-in modules by `require`, which an ES module lacks.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
    },
  });
  const target = mkdtempSync(join(tmpdir(), 'rechnungspost-bundles-'));
  const of = (folder: string) => join(target, folder);
  for (const { path, contents } of outputFiles) {
    const file = join(of(basename(dirname(path))), basename(path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  for (const [folder, beside] of Object.entries(BESIDE)) copyBeside(beside, of(folder));
  return { folders, of, [Symbol.dispose]: () => rmSync(target, { recursive: true, force: true }) };
}

function copyBeside({ templates = false, packages = [] }: (typeof BESIDE)[string], target: string): void {
  const paths = [...(templates ? ['templates'] : []), ...packageClosure(ROOT, packages)];
  for (const path of paths) {
    cpSync(join(ROOT, path), join(target, path), { recursive: true, filter: isUsed });
  }
}

/** Leaves out files that only people and compilers read. */
const isUsed = (path: string): boolean => !/\.(?:md|map|d\.[cm]?ts)$/.test(path);

/** Drops zod's messages in some forty languages, which nothing here uses. */
const englishAlone: Plugin = {
  name: 'english-alone',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: '', loader: 'js' }));
  },
};
