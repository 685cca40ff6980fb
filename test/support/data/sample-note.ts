import type { DeliveryNote } from '#core/domain/delivery-note.ts';
import type { DeliveryNoteOptions } from '#core/ports.ts';
import { type SampleOptions, sampleInvoice } from './sample-invoice.ts';

export interface SampleNoteOptions extends Pick<SampleOptions, 'company' | 'customer' | 'lines' | 'line'> {
  readonly prices?: boolean;
}

/** Makes a delivery note with this many lines, and the options of its document. */
export function sampleNote({
  prices = false,
  lines = 3,
  ...sample
}: SampleNoteOptions = {}): readonly [note: DeliveryNote, options: DeliveryNoteOptions] {
  const { company, customer, places } = sampleInvoice({ ...sample, lines, linesPerNote: lines });
  const note: DeliveryNote = {
    number: 'L-2610-0001',
    date: '2026-10-01',
    customer: customer.number,
    lines: places.flatMap(({ notes }) => notes.flatMap((of) => of.lines.map(({ net: _, ...line }) => line))),
  };
  return [note, { company, customer, prices, pdf: { logo: '' } }];
}
