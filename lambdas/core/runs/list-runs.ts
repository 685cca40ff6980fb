import type { Deps } from '#core/deps.ts';
import { type Page, type PageQuery, readPage } from '#core/paging.ts';
import { newestRunIds, type Run, runKey, upgradeRun } from '#core/repositories/runs.ts';
import { stored } from '#core/repositories/stored.ts';

/**
 * Runs, the newest first: their ids rise with time.
 * @throws Fault `bad-input` for a foreign cursor
 */
export async function listRuns(query: PageQuery, { table }: Pick<Deps, 'table'>): Promise<Page<Run>> {
  return readPage('runs', query, async (after, limit) => {
    const ids = await newestRunIds(table, after, limit);
    const runs = await table.getMany(ids.map(runKey));
    return ids.map((id, index) => {
      const run = runs[index];
      return { at: id, value: run && stored(run, upgradeRun).value };
    });
  });
}
