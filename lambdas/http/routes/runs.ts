import { z } from 'zod';
import { cycleOrder, startRun } from '#core/billing/start-run.ts';
import { runId } from '#core/domain/identifiers.ts';
import { Fault } from '#core/errors.ts';
import { readRun } from '#core/repositories/runs.ts';
import { dryRun } from '#core/runs/dry-run.ts';
import { listRuns } from '#core/runs/list-runs.ts';
import { pauseRun, resumeRun } from '#core/runs/pause-run.ts';
import { runReport } from '#core/runs/run-report.ts';
import type { HttpDeps } from '../deps.ts';
import { answerFile } from '../documents.ts';
import { json, jsonBody, PDF, READERS, type Routes, route, WRITE } from '../route.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';
import { customersQuery, listedRun, listedRunJson, runAnswer, runBody, runJson } from '../schemas/run.ts';

const params = z.object({ id: runId });

export const runRoutes: Routes = (app, deps) => {
  const report = async (id: string, which: z.infer<typeof customersQuery>) => {
    await known(id, deps);
    return runJson(await runReport(id, deps), which);
  };

  app.openapi(
    route(WRITE, {
      method: 'post',
      path: '/api/runs',
      operationId: 'startRun',
      tags: ['Runs'],
      summary: 'Starts a billing run, or joins the unfinished one of the same order',
      request: { body: jsonBody(runBody) },
      responses: {
        200: json('What the run would do (dryRun)', runAnswer),
        202: {
          ...json('It is under way: look at Location', runAnswer),
          headers: z.object({ Location: z.string() }),
        },
      },
    }),
    async (context) => {
      const body = context.req.valid('json');
      const order = cycleOrder(body);
      if (body.dryRun) return context.json(runJson(await dryRun(order, deps), 'all'), 200);
      const id = await startRun(order, deps);
      await deps.continueRun(id);
      context.header('Location', `/api/runs/${id}`);
      return context.json(await report(id, 'attention'), 202);
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/runs',
      operationId: 'listRuns',
      tags: ['Runs'],
      summary: 'Billing runs, the newest first',
      request: { query: z.strictObject(pageQuery) },
      responses: {
        200: json('A page', pageOf(listedRun, 'RunPage')),
      },
    }),
    async (context) => {
      const { items, ...page } = await listRuns(context.req.valid('query'), deps);
      return context.json({ items: items.map(listedRunJson), ...page }, 200);
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/runs/{id}',
      operationId: 'getRun',
      tags: ['Runs'],
      summary: 'How far a run has come, and what became of its customers',
      request: { params, query: z.strictObject({ customers: customersQuery }) },
      responses: { 200: json('The run', runAnswer) },
    }),
    async (context) =>
      context.json(await report(context.req.valid('param').id, context.req.valid('query').customers), 200),
  );

  for (const [name, change, summary] of [
    ['pause', pauseRun, 'Lets a run rest: no further document, no further mail'],
    ['resume', resumeRun, 'Lets a paused run go on where it was'],
  ] as const) {
    app.openapi(
      route(WRITE, {
        method: 'post',
        path: `/api/runs/{id}/${name}`,
        operationId: `${name}Run`,
        tags: ['Runs'],
        summary,
        request: { params },
        responses: { 200: json('The run', runAnswer) },
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        await change(id, deps);
        if (name === 'resume') await deps.continueRun(id);
        return context.json(await report(id, 'attention'), 200);
      },
    );
  }

  app.openapi(
    // Callers with the role `read` may not call this, because everything in the file counts as printed
    // afterwards.
    route(WRITE, {
      method: 'get',
      path: '/api/runs/{id}/print-file',
      operationId: 'getPrintFile',
      tags: ['Runs'],
      summary: 'The run’s paper post as PDF; what is in it counts as printed',
      description:
        'A large file is answered by a redirect to an address that holds for some minutes. Thousands of invoices come in several files: then the answer is JSON with their addresses.',
      request: { params },
      responses: {
        200: {
          description: 'The file, or the addresses of several',
          content: {
            ...PDF,
            'application/json': {
              schema: z
                .object({ parts: z.array(z.object({ fileName: z.string(), url: z.string() })) })
                .meta({ id: 'PrintFileParts' }),
            },
          },
        },
        303: { description: 'Where it is', headers: z.object({ Location: z.string() }) },
      },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      await known(id, deps);
      const [first, ...others] = await deps.documents.printFile(id);
      if (!first) throw new Fault('not-found', `Run ${id} has no paper post.`);
      if ('bytes' in first) return answerFile(context, first.fileName, first.bytes);
      if (others.length === 0) return context.redirect(first.url, 303);
      const parts = [first, ...others].flatMap((part) => ('url' in part ? [part] : []));
      return context.json({ parts }, 200);
    },
  );
};

/**
 * Makes sure that the run exists.
 * @throws Fault `not-found`
 */
async function known(id: string, deps: Pick<HttpDeps, 'table'>): Promise<void> {
  if (!(await readRun(deps.table, id))) {
    throw new Fault('not-found', `There is no run ${id}: GET /api/runs lists them.`);
  }
}
