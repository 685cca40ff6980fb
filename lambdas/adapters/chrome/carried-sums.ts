import { readPageTree } from '#adapters/pdf/page-tree.ts';
import type { CarriedSum, DocumentText } from '#core/ports.ts';

/**
 * Up to this many rows usually fit one page, so the first printing mostly is the final one and is drawn
 * visibly.
 */
const MOSTLY_ONE_PAGE = 15;
/** Lays everything out and draws nothing, which saves a quarter of the time of both printings. */
const UNSEEN = '<style>* { visibility: hidden !important }</style>';

/**
 * Prints a document with the sums that are carried over from page to page. CSS cannot produce them, because
 * Chrome has no running content. So the document is printed once with a link to each row, for which Chrome
 * records the row's page in the file; if there are several pages, it is printed again with each page's sums
 * at its foot and head. Margins take no part in the layout, so the second printing breaks where the first one
 * did.
 */
export async function printWithSums(
  { html, carried = [] }: DocumentText,
  print: (html: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (carried.length < 2) return print(html);
  const links = carried.map((_, index) => `<a href="#row-${index}"></a>`).join('');
  const hide = carried.length > MOSTLY_ONE_PAGE;
  const first = await print(atEndOfBody(html, `<div hidden>${links}</div>${hide ? UNSEEN : ''}`));
  const { pages, pageOfDestinations } = readPageTree(first);
  if (pages === 1) return hide ? print(html) : first;
  const pageOf = pageOfDestinations();
  const sums = sumsAtBreaks(
    carried,
    carried.map((_, index) => pageOf.get(`row-${index}`)),
    pages,
  );
  const forward = counterStyle('carried-forward', [...sums.map((sum) => sum?.foot)]);
  const brought = counterStyle('brought-forward', [undefined, ...sums.map((sum) => sum?.head)]);
  return print(atEndOfBody(html, `<style>${forward}${brought}</style>`));
}

/**
 * Returns for each page but the last the sum up to its last row, or undefined where no further rows follow.
 * @param pageOf page of each row, from 0; undefined for a row that the template does not show
 */
export function sumsAtBreaks(
  carried: readonly CarriedSum[],
  pageOf: readonly (number | undefined)[],
  pages: number,
): (CarriedSum | undefined)[] {
  return Array.from({ length: pages - 1 }, (_, page) => {
    const last = pageOf.findLastIndex((its) => its !== undefined && its <= page);
    const follows = pageOf.some((its) => its !== undefined && its > page);
    return follows ? carried[last] : undefined;
  });
}

/** Builds a counter style by which `counter(page, name)` yields each page's text; a missing text is empty. */
function counterStyle(name: string, texts: readonly (string | undefined)[]): string {
  const symbols = texts.map((text = '') => `"${text.replace(/[^\p{L}\p{N} .,:+-]/gu, escaped)}"`).join(' ');
  return `@counter-style ${name} { system: fixed 1; symbols: ${symbols} ""; suffix: "" }`;
}

/** Escapes a character by CSS Syntax 3, 4.3.7. */
const escaped = (character: string): string => `\\${character.codePointAt(0)!.toString(16)} `;

const atEndOfBody = (html: string, addition: string): string =>
  html.replace(/<\/body>/i, () => `${addition}</body>`);
