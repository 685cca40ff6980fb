import type { Deps } from '#core/deps.ts';
import { type Page, type PageQuery, readPage } from '#core/paging.ts';
import { newestRunIds, type Run, runKey, upgradeRun } from '#core/repositories/runs.ts';
import { stored } from '#core/repositories/stored.ts';

/**
 * Lists runs, newest first, in the order of their ids, which rise with time.
 * @throws Fault `bad-input` if the cursor comes from another list
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
