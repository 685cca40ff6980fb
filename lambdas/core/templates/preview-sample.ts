import type { Deps } from '#core/deps.ts';
import { Fault, refuse } from '#core/errors.ts';
import type { Templates } from '#core/ports.ts';
import {
  DOCUMENT_NAMES,
  type DocumentName,
  documentOf,
  SAMPLE_NAMES,
  type SampleName,
  sampleOf,
} from './sample-documents.ts';

export interface SampleOrder {
  readonly sample: SampleName;
  readonly document: DocumentName;
  readonly language: string;
}

/** @throws Fault `bad-input` that lists what there is */
export function sampleOrder(sample: string, document: string, language: string): SampleOrder {
  return {
    sample: oneOf(SAMPLE_NAMES, sample, 'sample'),
    document: oneOf(DOCUMENT_NAMES, document, 'document'),
    language,
  };
}

function oneOf<Name extends string>(names: readonly Name[], asked: string, what: string): Name {
  const found = names.find((name) => name === asked);
  return found ?? refuse(`There is no ${what} "${asked}": choose one of ${names.join(', ')}.`);
}

/**
 * A made-up document with these templates; nothing of the installation is read.
 * @throws Fault `bad-input` for a language without labels
 */
export async function previewSample(
  { sample, document, language }: SampleOrder,
  templates: Templates,
  deps: Pick<Deps, 'printer'>,
): Promise<Uint8Array> {
  oneOf(templates.languages, language, 'language');
  const text = documentOf(document, sampleOf(sample, language), templates);
  const [printed] = await deps.printer.render([{ name: `sample ${sample}, ${document}`, ...text }]);
  if (printed?.ok) return printed.pdf;
  throw new Fault('unavailable', `The sample could not be printed: ${printed?.reason}`);
}
