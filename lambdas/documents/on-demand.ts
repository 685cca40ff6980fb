import { previewInvoice } from '#core/billing/preview-invoice.ts';
import { makeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { Deps } from '#core/deps.ts';
import { printInParts } from '#core/invoices/print-in-parts.ts';
import { retryOnConflict } from '#core/retry.ts';
import { billRun, finishRun, runMails } from '#core/runs/complete-run.ts';
import type { AwsWithChrome, OnDemandAnswers, OnDemandRequest } from '#wiring/aws-chrome.ts';

/** Lambda limits an answer to 6 MB, and base64 makes a file a third larger. */
const MAX_BYTES = 4_000_000;

type OnDemandDeps = AwsWithChrome & Pick<Deps, 'stop' | 'clock'>;

/**
 * Carries out a request.
 * @returns plain JSON
 * @throws Fault as the use cases do
 */
export async function answer(
  asked: OnDemandRequest,
  deps: OnDemandDeps,
): Promise<OnDemandAnswers[OnDemandRequest['kind']]> {
  switch (asked.kind) {
    case 'bill': {
      await billRun(asked.run, deps);
      const waiting = (await runMails(asked.run, deps)).filter(({ state }) => state === 'queued');
      await deps.queue.wake(waiting.map(({ id }) => ({ kind: 'mail', id })));
      await retryOnConflict(() => finishRun(asked.run, deps));
      return { closed: true };
    }
    case 'preview':
      return file(await previewInvoice(asked.order, deps), deps);
    case 'delivery-notes':
      return makeDeliveryNotes({ numbers: asked.notes }, asked.prices, deps);
    case 'print-file':
      return { keys: await printInParts(asked.run, deps) };
    case 'picture': {
      const { bytes, ...picture } = asked.picture;
      const png = await deps.pictures.toPng({ ...picture, bytes: Buffer.from(bytes, 'base64') }, asked.box);
      return { png: Buffer.from(png).toString('base64') };
    }
  }
}

/**
 * Returns a small file in the answer, and files a large one under a key of the archive that expires after
 * some days.
 */
async function file(bytes: Uint8Array, deps: OnDemandDeps): Promise<OnDemandAnswers['preview']> {
  if (bytes.length <= MAX_BYTES) return { pdf: Buffer.from(bytes).toString('base64') };
  const key = `print/preview/${deps.ids.next()}.pdf`;
  await deps.archive.putOnce(key, bytes, { contentType: 'application/pdf', metadata: {} });
  return { key };
}
