import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '#core/errors.ts';
import { archivedDocuments, type DocumentGroup, mergeDocuments } from '#core/invoices/print-invoices.ts';
import { printRun } from '#core/invoices/print-together.ts';
import { readInvoices } from '#core/repositories/invoices.ts';
import { invoiceNumbers, listRunLines } from '#core/repositories/runs.ts';
import type { Context } from './command.ts';

/**
 * Delivers the documents of a run that is not mailed: `print` merges its paper post and notes it as printed,
 * `screen` merges everything and opens it.
 * @returns the file, or undefined if there is nothing
 */
export async function deliverPaperPost(
  runId: string,
  output: 'print' | 'screen',
  to: string | undefined,
  { program, config }: Pick<Context, 'program' | 'config'>,
): Promise<string | undefined> {
  const path = to ?? join(config.dataDir, 'print', `${runId}.pdf`);
  if (output === 'print') return printRun(runId, (merged) => writeOut(path, merged), program);
  const numbers = invoiceNumbers(await listRunLines(program.table, runId));
  const invoices = await readInvoices(program.table, numbers);
  if (invoices.length === 0) return undefined;
  const documents = await archivedDocuments(
    invoices.map(({ value }) => value),
    program.archive,
  );
  const file = writeOut(path, await mergeDocuments(documents, `Run ${runId}`, program));
  openOnScreen(file);
  return file;
}

/**
 * Writes documents where the user wants them: into a folder, each under its own name and byte for byte as
 * archived, or else merged into one file.
 * @returns the paths
 */
export async function writeDocuments(
  groups: readonly DocumentGroup[],
  to: string,
  title: string,
  { program }: Pick<Context, 'program'>,
): Promise<string[]> {
  if (isFolder(to)) return groups.flat().map(({ fileName, bytes }) => writeOut(join(to, fileName), bytes));
  return [writeOut(to, await mergeDocuments(groups, title, program))];
}

/**
 * Writes a file as a whole or not at all.
 * @throws Fault `unavailable` naming the path and the reason
 */
export function writeOut(to: string, bytes: Uint8Array): string {
  const path = resolve(to);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
    return path;
  } catch (cause) {
    throw new Fault('unavailable', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Opens a file in the desktop's viewer. Without a desktop it does nothing, because the path is printed
 * anyway.
 */
export function openOnScreen(file: string): void {
  const [command, args]: [string, string[]] =
    process.platform === 'darwin'
      ? ['open', [file]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', file]]
        : ['xdg-open', [file]];
  if (command === 'xdg-open' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const viewer = spawn(command, args, { detached: true, stdio: 'ignore' });
  viewer.on('error', () => {});
  viewer.unref();
}

function isFolder(path: string): boolean {
  if (/[/\\]$/.test(path)) return true;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
