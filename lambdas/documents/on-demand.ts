import { z } from 'zod';
import { createInstantInvoice } from '#core/create-instant-invoice.ts';
import type { Deps } from '#core/deps.ts';
import { day } from '#core/domain/calendar.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { billRun, finishRun, runMails } from '#core/drive-run.ts';
import { makeDeliveryNotes } from '#core/make-delivery-notes.ts';
import { previewInvoice } from '#core/preview-invoice.ts';
import { printInParts } from '#core/print-in-parts.ts';
import { retryOnConflict } from '#core/retry.ts';
import type { AwsWithChrome } from '#wiring/aws-chrome.ts';

/** What can be asked for at once. */
export const request = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('instant-invoice'),
    customer: customerNumber,
    output: z.enum(['pdf', 'print', 'screen']).exactOptional(),
    invoiceDate: day.exactOptional(),
  }),
  z.object({ kind: z.literal('preview'), customer: customerNumber }),
  z.object({
    kind: z.literal('delivery-notes'),
    notes: z.array(z.string().min(1)).min(1).max(100),
    prices: z.boolean().exactOptional(),
  }),
  z.object({ kind: z.literal('print-file'), run: z.string().min(1) }),
]);
export type Request = z.infer<typeof request>;

/** An answer of Lambda holds 6 MB; base64 takes a third more. */
const MAX_BYTES = 4_000_000;

type OnDemandDeps = AwsWithChrome & Pick<Deps, 'stop' | 'clock'>;

/** @returns plain JSON. @throws Fault as the use cases do */
export async function answer(asked: Request, deps: OnDemandDeps): Promise<object> {
  switch (asked.kind) {
    case 'instant-invoice': {
      const run = await createInstantInvoice(asked, deps, async (runId) => {
        await billRun(runId, deps);
        const waiting = (await runMails(runId, deps)).filter(({ state }) => state === 'queued');
        await deps.queue.wake(waiting.map(({ id }) => ({ kind: 'mail', id })));
        await retryOnConflict(() => finishRun(runId, deps));
      });
      return { run };
    }
    case 'preview':
      return file(await previewInvoice(asked.customer, deps), deps);
    case 'delivery-notes': {
      const { made, held } = await makeDeliveryNotes({ numbers: asked.notes }, asked.prices, deps);
      return { keys: made.map(({ document }) => document.key), held };
    }
    case 'print-file':
      return { keys: await printInParts(asked.run, deps) };
  }
}

/** A small file in the answer, a large one under a key of the archive that is cleared away after some days. */
async function file(bytes: Uint8Array, deps: OnDemandDeps): Promise<object> {
  if (bytes.length <= MAX_BYTES) return { pdf: Buffer.from(bytes).toString('base64') };
  const key = `print/preview/${deps.ids.next()}.pdf`;
  await deps.archive.putOnce(key, bytes, { contentType: 'application/pdf', metadata: {} });
  return { key };
}
