import type { Deps } from '#core/deps.ts';
import { instant, throwIfStopped } from '#core/deps.ts';
import { ConflictError, Fault, type FaultCode } from '#core/errors.ts';
import { isFree, type Lease } from '#core/lease.ts';
import type { Change, Key } from '#core/ports.ts';
import { create, read, remove, replace, sinceVersion1 } from '#core/repositories/stored.ts';

/**
 * Importing many notes or customers takes many writes. While an import is under way, and after it was killed
 * half way, its marker stands: nothing is claimed and no other file is imported until this file was repeated
 * to its end.
 */
interface ImportMarker {
  readonly name: string;
  /** SHA-256 of the file: repeating this file goes on where a killed import stopped. */
  readonly hash: string;
  readonly since: string;
  /** Renewed while the import is at work. */
  readonly lease: Lease;
}

const MARKER: Key = { partition: 'IMPORT', sort: 'MARKER' };
const LEASE_MS = 5 * 60_000;
const POLL_MS = 200;
const REFUSALS: readonly FaultCode[] = ['bad-input', 'note-not-open'];

/** Belongs to every write that starts a run or claims notes, so that none does so during an import. */
export const noImportUnderWay: Change = { check: MARKER, expect: 'absent' };

export const isImportConflict = (error: unknown): boolean =>
  error instanceof ConflictError && error.at === `${MARKER.partition}/${MARKER.sort}`;

type LockDeps = Pick<Deps, 'table' | 'clock' | 'workers' | 'stop'>;

const readMarker = (deps: Pick<Deps, 'table'>) => read(deps.table, MARKER, sinceVersion1<ImportMarker>);

/**
 * Waits until the import that is under way has ended.
 * @throws Fault `import-interrupted` if its process died
 */
export async function waitForImport(deps: LockDeps): Promise<void> {
  for (;;) {
    const marker = await readMarker(deps);
    if (!marker) return;
    if (isFree(marker.value.lease, deps)) throw interrupted(marker.value);
    throwIfStopped(deps);
    await deps.clock.wait(POLL_MS);
  }
}

/**
 * Does `work` while the marker stands; `work` must call `renew` now and then. If it refuses the file, nothing
 * was changed: the marker is removed, or the marker of the interrupted file that this one was to replace is
 * restored. If it fails otherwise, the marker stays and the file must be repeated.
 */
export async function whileImporting<T>(
  deps: LockDeps,
  file: { readonly name: string; readonly hash: string; readonly discardInterrupted?: boolean },
  work: (renew: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const replaced = await placeMarker(deps, file);
  let renewedAt = deps.clock.now();
  const renew = async () => {
    if (deps.clock.now() - renewedAt < LEASE_MS / 5) return;
    renewedAt = deps.clock.now();
    const found = await readMarker(deps);
    if (found?.value.hash === file.hash)
      await unlessTaken(deps, replace(found, { ...found.value, lease: lease(deps) }));
  };
  try {
    const result = await work(renew);
    await endMarker(deps, file.hash, undefined);
    return result;
  } catch (error) {
    if (error instanceof Fault && REFUSALS.includes(error.code)) await endMarker(deps, file.hash, replaced);
    throw error;
  }
}

/**
 * Places the marker of an import.
 * @returns the marker of another, interrupted file that this one replaces
 */
async function placeMarker(
  deps: LockDeps,
  file: { readonly name: string; readonly hash: string; readonly discardInterrupted?: boolean },
): Promise<ImportMarker | undefined> {
  for (;;) {
    const found = await readMarker(deps);
    const other = found && found.value.hash !== file.hash ? found.value : undefined;
    if (other && !isFree(other.lease, deps)) {
      throwIfStopped(deps);
      await deps.clock.wait(POLL_MS);
      continue;
    }
    if (other && !file.discardInterrupted) throw interrupted(other);
    const { name, hash } = file;
    const marker: ImportMarker = { name, hash, since: instant(deps.clock.now()), lease: lease(deps) };
    if (await unlessTaken(deps, found ? replace(found, marker) : create(MARKER, marker))) return other;
  }
}

/**
 * Removes the marker, or restores the former one. If another process that repeats this file holds the marker
 * by now, that process ends it itself.
 */
async function endMarker(deps: LockDeps, hash: string, former: ImportMarker | undefined): Promise<void> {
  const found = await readMarker(deps);
  if (found?.value.hash === hash) await unlessTaken(deps, former ? replace(found, former) : remove(found));
}

async function unlessTaken(deps: Pick<Deps, 'table'>, change: Change): Promise<boolean> {
  try {
    await deps.table.write([change]);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

const lease = (deps: LockDeps): Lease => ({ worker: deps.workers.me, until: deps.clock.now() + LEASE_MS });

function interrupted(marker: ImportMarker): Fault {
  return new Fault(
    'import-interrupted',
    `The import of ${marker.name}, begun ${marker.since}, was interrupted: repeat it first, it goes on where it stopped. If the file is lost, import the right one with --discard-interrupted.`,
  );
}
