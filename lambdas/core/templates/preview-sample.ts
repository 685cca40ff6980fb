import type { Deps } from '#core/deps.ts';
import { Fault, refuse } from '#core/errors.ts';
import type { Templates } from '#core/ports.ts';
import { type DocumentName, documentOf, type SampleName, sampleOf } from './sample-documents.ts';

export interface SampleOrder {
  readonly sample: SampleName;
  readonly document: DocumentName;
  readonly language: string;
}

/**
 * Makes a made-up document with these templates; it reads no data of this installation.
 * @throws Fault `bad-input` for a language without labels
 */
export async function previewSample(
  { sample, document, language }: SampleOrder,
  templates: Templates,
  deps: Pick<Deps, 'printer'>,
): Promise<Uint8Array> {
  if (!templates.languages.includes(language)) {
    refuse(`There is no language "${language}": choose one of ${templates.languages.join(', ')}.`);
  }
  const text = documentOf(document, sampleOf(sample, language), templates);
  const [printed] = await deps.printer.render([{ name: `sample ${sample}, ${document}`, ...text }]);
  if (printed?.ok) return printed.pdf;
  throw new Fault('unavailable', `The sample could not be printed: ${printed?.reason}`);
}
