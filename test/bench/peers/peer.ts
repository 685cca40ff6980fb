import type { BrowserFiles } from '#adapters/chrome/unpack.ts';
import type { Invoice } from '#core/domain/invoice.ts';
import type { DocumentText } from '#core/ports.ts';

/** One way to make the PDFs of invoices, ready to work. */
export interface Peer {
  readonly name: string;
  /** Makes a file from the figures of each invoice, one after the other. */
  print(invoices: readonly Invoice[]): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

/** A peer that this machine lacks, and what to do about it. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

/** The files and tools that all peers work with. */
export interface Workshop {
  readonly templatesFolder: string;
  /** A fontconfig file that shows the fonts of the templates and no others. */
  readonly fontConfig: string;
  readonly browser: BrowserFiles;
  /** Fills our template, for peers that print HTML. */
  textOf(invoice: Invoice): DocumentText;
}

/** Prints invoices with a peer that makes one document at a time. */
export async function oneByOne(
  invoices: readonly Invoice[],
  print: (invoice: Invoice) => Promise<Uint8Array>,
): Promise<Uint8Array[]> {
  const pdfs: Uint8Array[] = [];
  for (const invoice of invoices) pdfs.push(await print(invoice));
  return pdfs;
}
