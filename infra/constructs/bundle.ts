import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { packageClosure } from './package-closure.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What lies beside a function's code in its bundle. */
interface Beside {
  /** The shipped templates with their labels and fonts: for who fills them, or asks what can be printed. */
  readonly templates?: boolean;
  /** Packages that are copied as npm has installed them, with all that they need. */
  readonly packages?: readonly string[];
}
const BESIDE: Readonly<Record<string, Beside>> = {
  api: { templates: true },
  'billing-run': { templates: true },
  documents: { templates: true, packages: ['@sparticuz/chromium'] },
  'send-mail': { templates: true },
};

export interface Bundles {
  /** Those below `lambdas` that hold a `handler.ts`. */
  readonly folders: readonly string[];
  /** The folder that holds the bundle of `lambdas/<folder>`; its code is `index.mjs`. */
  of(folder: string): string;
  /** Removes them; the assembly has copies. */
  [Symbol.dispose](): void;
}

/**
 * Bundles all functions at once, each a file with everything it imports, the AWS SDK in the version that was tested
 * included. The same sources give the same bytes.
 *
 * They are not minified, and so need no source map: a stack trace names functions and lines, and above them the file
 * that they are from. Measured, that costs no time at the start (Node reads a function's body when it is called), and a
 * fifth of a megabyte to upload.
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
    // Packages in CommonJS ask for Node's own modules by `require`.
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

/** What is there for readers and for compilers is left out. */
const isUsed = (path: string): boolean => !/\.(?:md|map|d\.[cm]?ts)$/.test(path);

/** Messages of zod's in some forty languages, which nobody here asks for. */
const englishAlone: Plugin = {
  name: 'english-alone',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: '', loader: 'js' }));
  },
};
