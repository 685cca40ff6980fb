import { refuse } from '#core/errors.ts';
import { previewInvoice } from '#core/preview-invoice.ts';
import { type Command, TEXT } from '../command.ts';
import { writeOut } from '../paper.ts';

export const previewCommand: Command = {
  help: [['preview --customer N --to FILE', 'a draft with a watermark, without a number; nothing is stored']],
  options: { customer: TEXT, to: TEXT },
  async run({ text }, { local, print }) {
    const [customer, to] = [text('customer'), text('to')];
    if (!customer || !to) refuse('Say for whom, and where to: preview --customer N --to FILE.');
    const file = writeOut(to, await previewInvoice(customer, local));
    print(file, { file });
    return 0;
  },
};
