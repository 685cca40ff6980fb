/**
 * What the page tree of a PDF says, for files with a classic cross-reference table, such as Chrome writes:
 * trailer → catalogue → page tree (ISO 32000-1, 7.5.4 to 7.7.3). Only those stretches of the file are read.
 */
export interface PageTree {
  readonly pages: number;
  /**
   * Returns the page, from 0, of each named destination (12.3.2.3). Chrome writes one for each
   * `href="#name"`.
   */
  pageOfDestinations(): Map<string, number>;
}

/**
 * Reads the page tree.
 * @throws when the file is not built like that
 */
export function readPageTree(pdf: Uint8Array): PageTree {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const table = number(bytes.toString('latin1', Math.max(0, bytes.length - 64)), /startxref\s+(\d+)/);
  const trailer = bytes.indexOf('trailer', table, 'latin1');
  if (table >= bytes.length || trailer < 0) throw new Error('this PDF has no cross-reference table');

  const offsets = readOffsets(bytes.toString('latin1', table, trailer));
  const object = (id: number) => {
    const start = offsets.get(id) ?? bytes.length;
    const end = bytes.indexOf('endobj', start, 'latin1');
    return bytes.toString('latin1', start, end < 0 ? start : end);
  };
  const catalogue = object(number(bytes.toString('latin1', trailer), /\/Root\s+(\d+)\s/));
  const root = number(catalogue, /\/Pages\s+(\d+)\s/);

  /** Returns the pages below a node of the tree, in their order. */
  function leaves(id: number): number[] {
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(object(id))?.[1];
    if (kids === undefined) return [id];
    return [...kids.matchAll(/(\d+)\s+\d+\s+R/g)].flatMap(([, kid]) => leaves(Number(kid)));
  }

  return {
    pages: number(object(root), /\/Count\s+(\d+)/),
    pageOfDestinations() {
      const dictionary = /\/Dests\s+(\d+)\s/.exec(catalogue)?.[1];
      if (dictionary === undefined) return new Map();
      const pages = new Map(leaves(root).map((id, index) => [id, index]));
      const destinations = object(Number(dictionary)).matchAll(/\/([\w-]+)\s*\[\s*(\d+)\s+\d+\s+R/g);
      return new Map(
        [...destinations].flatMap(([, name = '', id]) => {
          const page = pages.get(Number(id));
          return page === undefined ? [] : [[name, page] as const];
        }),
      );
    },
  };
}

function readOffsets(table: string): Map<number, number> {
  const offsets = new Map<number, number>();
  let id = 0;
  for (const [, first, kind] of table.matchAll(/(\d+) \d+(?: ([nf]))?/g)) {
    if (kind === undefined) id = Number(first);
    else {
      if (kind === 'n') offsets.set(id, Number(first));
      id++;
    }
  }
  return offsets;
}

function number(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`this PDF lacks ${pattern.source}`);
  return Number(found);
}
