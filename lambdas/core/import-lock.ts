import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { ConflictError, Fault } from './errors.ts';
import type { Change, Key } from './ports.ts';
import { create, read, remove, replace } from './repositories/stored.ts';

/**
 * An import of many notes or customers is many writes. While it is under way, or after it was killed half way, its
 * marker stands: nothing is claimed and no other file is loaded until the same file was repeated to its end.
 */
interface ImportMarker {
  readonly name: string;
  /** SHA-256 of the file: the same file may go on where a killed import stopped. */
  readonly hash: string;
  readonly since: string;
  readonly worker: string;
}

const MARKER: Key = { partition: 'IMPORT', sort: 'MARKER' };

/** Part of every write that starts a run or claims notes. */
export const noImportUnderWay: Change = { check: MARKER, expect: 'absent' };

export const isImportConflict = (error: unknown): boolean =>
  error instanceof ConflictError && error.at === `${MARKER.partition}/${MARKER.sort}`;

type LockDeps = Pick<Deps, 'table' | 'clock' | 'workers'>;

/** Waits until the import that is under way has ended. @throws Fault `import-interrupted` when its process died */
export async function waitForImport(deps: LockDeps): Promise<void> {
  for (;;) {
    const marker = await read<ImportMarker>(deps.table, MARKER);
    if (!marker) return;
    if (deps.workers.isDead(marker.value.worker)) throw interrupted(marker.value);
    await deps.clock.wait(200);
  }
}

/**
 * Does `work` while the marker stands. When `work` refuses the file, nothing was changed and the marker goes;
 * when it breaks down otherwise, the marker stays and the file must be repeated.
 */
export async function whileImporting<T>(
  deps: LockDeps,
  file: { readonly name: string; readonly hash: string; readonly discardInterrupted?: boolean },
  work: () => Promise<T>,
): Promise<T> {
  const marker: ImportMarker = {
    ...{ name: file.name, hash: file.hash },
    since: instant(deps.clock.now()),
    worker: deps.workers.me,
  };
  for (;;) {
    const found = await read<ImportMarker>(deps.table, MARKER);
    if (found && found.value.hash !== file.hash) {
      if (!deps.workers.isDead(found.value.worker)) {
        await deps.clock.wait(200);
        continue;
      }
      if (!file.discardInterrupted) throw interrupted(found.value);
    }
    try {
      await deps.table.write([found ? replace(found, marker) : create(MARKER, marker)]);
      break;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  try {
    const result = await work();
    await dropMarker(deps, file.hash);
    return result;
  } catch (error) {
    if (error instanceof Fault && error.code === 'bad-input') await dropMarker(deps, file.hash);
    throw error;
  }
}

async function dropMarker(deps: LockDeps, hash: string): Promise<void> {
  const found = await read<ImportMarker>(deps.table, MARKER);
  if (found?.value.hash !== hash) return;
  try {
    await deps.table.write([remove(found)]);
  } catch (error) {
    // Another process that repeats the same file holds it now and will drop it.
    if (!(error instanceof ConflictError)) throw error;
  }
}

function interrupted(marker: ImportMarker): Fault {
  return new Fault(
    'import-interrupted',
    `The import of ${marker.name}, begun ${marker.since}, was interrupted: repeat it first, it goes on where it stopped. If the file is lost, import the right one with --discard-interrupted.`,
  );
}
