import { relative } from 'node:path';
import { type Arguments, type Command, FLAG, TEXT } from '#cli/command.ts';
import { pdfToPng } from '#cli/pdf-to-png.ts';
import { readTemplateFolder } from '#cli/template-folder.ts';
import { watchFolder } from '#cli/watch-folder.ts';
import { writeOut } from '#cli/write-documents.ts';
import { previewInvoice } from '#core/billing/preview-invoice.ts';
import { Fault, refuse } from '#core/errors.ts';
import type { Templates } from '#core/ports.ts';
import { previewSample, sampleOrder } from '#core/templates/preview-sample.ts';
import { DOCUMENT_NAMES, SAMPLE_NAMES } from '#core/templates/sample-documents.ts';
import { templatesInForce, templatesWith } from '#core/templates/template-set.ts';
import { describeError } from '#wiring/process.ts';
import type { Program } from '#wiring/program.ts';

/** Sharp enough to judge 7 pt by. */
const DPI = 110;

export const previewCommand: Command = {
  help: [
    ['preview --customer N --to FILE', 'a draft with a watermark, without a number; nothing is stored'],
    [
      'preview --sample NAME [--document NAME] [--language de] [--templates FOLDER [--watch]] --to FILE.pdf',
      `a made-up document, and a PNG a page beside it. Samples: ${SAMPLE_NAMES.join(', ')}. Documents: ${DOCUMENT_NAMES.join(', ')}. With --templates the files of a folder take the place of those in force; --watch does it again at each change of them`,
    ],
  ],
  options: {
    ...{ customer: TEXT, sample: TEXT, document: TEXT, language: TEXT, templates: TEXT, to: TEXT },
    watch: FLAG,
  },
  async run(args, { program, print }) {
    const [to, folder] = [args.text('to'), args.text('templates')];
    if (!to) refuse('Say where to: --to FILE.pdf.');
    const make = makerOf(args, program);
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
      const pictures = args.text('sample') === undefined ? [] : await pdfToPng(pdf, { dpi: DPI });
      const stem = to.replace(/\.pdf$/i, '');
      const pages = pictures.map((png, index) => writeOut(`${stem}-${index + 1}.png`, png));
      return { file: writeOut(to, pdf), pages, milliseconds };
    };
    if (!args.flag('watch')) {
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
};

/** File, line and reason of each error in the templates; else what went wrong. */
const problemsOf = (error: unknown): readonly string[] =>
  error instanceof Fault && error.details.length > 0 ? error.details : [describeError(error)];

type Maker = (templates: Templates) => Promise<Uint8Array>;

function makerOf({ text }: Arguments, program: Program): Maker {
  const [customer, sample] = [text('customer'), text('sample')];
  if (customer && sample === undefined) {
    return (templates) => previewInvoice({ customer }, { ...program, openTemplates: async () => templates });
  }
  if (!sample || customer) {
    refuse(`Say what: --customer N, or --sample NAME with one of ${SAMPLE_NAMES.join(', ')}.`);
  }
  const order = sampleOrder(sample, text('document') ?? 'invoice', text('language') ?? 'de');
  return (templates) => previewSample(order, templates, program);
}
