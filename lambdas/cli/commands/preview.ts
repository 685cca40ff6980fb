import { relative } from 'node:path';
import { z } from 'zod';
import { defineCommand } from '#cli/command.ts';
import { pdfToPng } from '#cli/pdf-to-png.ts';
import { readTemplateFolder } from '#cli/template-folder.ts';
import { watchFolder } from '#cli/watch-folder.ts';
import { path, TO_FILE } from '#cli/words.ts';
import { writeOut } from '#cli/write-documents.ts';
import { previewInvoice } from '#core/billing/preview-invoice.ts';
import { customerNumber, customerSchema } from '#core/domain/customer.ts';
import { Fault, refuse } from '#core/errors.ts';
import type { Templates } from '#core/ports.ts';
import { previewSample, type SampleOrder } from '#core/templates/preview-sample.ts';
import { DOCUMENT_NAMES, SAMPLE_NAMES } from '#core/templates/sample-documents.ts';
import { templatesInForce, templatesWith } from '#core/templates/template-set.ts';
import { describeError } from '#wiring/process.ts';
import type { Program } from '#wiring/program.ts';

/** Dots an inch; sharp enough to judge 7 pt text. */
const DPI = 110;

export const previewCommand = defineCommand({
  help: [
    ['preview --customer N --to FILE', 'a draft with a watermark, without a number; nothing is stored'],
    [
      'preview --sample NAME [--document NAME] [--language de] [--templates FOLDER [--watch]] --to FILE.pdf',
      `a made-up document, and a PNG a page beside it. Samples: ${SAMPLE_NAMES.join(', ')}. Documents: ${DOCUMENT_NAMES.join(', ')}. With --templates the files of a folder take the place of those in force; --watch does it again at each change of them`,
    ],
  ],
  words: {},
  options: {
    customer: { schema: customerNumber, shown: 'N', does: 'the draft of this customer’s next invoice' },
    sample: {
      schema: z.enum(SAMPLE_NAMES),
      shown: 'NAME',
      does: `a made-up document: ${SAMPLE_NAMES.join(', ')}`,
    },
    document: {
      schema: z.enum(DOCUMENT_NAMES),
      shown: 'NAME',
      does: `what to make of the sample: ${DOCUMENT_NAMES.join(', ')}`,
    },
    language: {
      schema: customerSchema.shape.language.unwrap(),
      shown: 'de',
      does: 'the language of the sample, one that the templates have labels for',
    },
    templates: {
      schema: path,
      shown: 'FOLDER',
      does: 'own templates that take the place of those in force; nothing is stored',
    },
    to: { ...TO_FILE, required: 'Say where to: --to FILE.pdf.' },
    watch: { does: 'make it again at each change of --templates, until Ctrl-C' },
  },
  async run({ options }, { program, print }) {
    const { to, sample, templates: folder } = options;
    const make = makerOf(options, program);
    if (folder && !relative(folder, to).startsWith('..')) {
      refuse(`${to} lies in the folder of the templates: write it somewhere else.`);
    }
    const render = async () => {
      const started = performance.now();
      const templates = folder
        ? await templatesWith(readTemplateFolder(folder), program)
        : await templatesInForce(program);
      const pdf = await make(templates);
      const milliseconds = Math.round(performance.now() - started);
      const pictures = sample === undefined ? [] : await pdfToPng(pdf, { dpi: DPI });
      const stem = to.replace(/\.pdf$/i, '');
      const pages = pictures.map((png, index) => writeOut(`${stem}-${index + 1}.png`, png));
      return { file: writeOut(to, pdf), pages, milliseconds };
    };
    if (!options.watch) {
      const done = await render();
      print([done.file, ...done.pages].join('\n'), done);
      return 0;
    }
    if (!folder) refuse('Say which templates to watch: --templates FOLDER.');
    await watchFolder(folder, program.stop, async () => {
      try {
        const done = await render();
        print(`rendered in ${done.milliseconds} ms: ${done.file}`, done);
      } catch (error) {
        print(problemsOf(error).join('\n'), { problems: problemsOf(error) });
      }
    });
    return 0;
  },
});

/** Returns file, line and reason of each error in the templates, or else describes the error. */
const problemsOf = (error: unknown): readonly string[] =>
  error instanceof Fault && error.details.length > 0 ? error.details : [describeError(error)];

type Maker = (templates: Templates) => Promise<Uint8Array>;

/** What was asked for, as typed: either a customer, or a sample and the document to make of it. */
interface Wish {
  readonly customer: string | undefined;
  readonly sample: SampleOrder['sample'] | undefined;
  readonly document: SampleOrder['document'] | undefined;
  readonly language: string | undefined;
}

function makerOf({ customer, sample, document, language }: Wish, program: Program): Maker {
  if (customer && sample === undefined) {
    return (templates) => previewInvoice({ customer }, { ...program, openTemplates: async () => templates });
  }
  if (!sample || customer) {
    refuse(`Say what: --customer N, or --sample NAME with one of ${SAMPLE_NAMES.join(', ')}.`);
  }
  const order = { sample, document: document ?? 'invoice', language: language ?? 'de' } as const;
  return (templates) => previewSample(order, templates, program);
}
