import { readPageTree } from '#adapters/pdf/page-tree.ts';
import type { CarriedSum, DocumentText } from '#core/ports.ts';

/** The first printing of so few rows is mostly the last one too. */
const MOSTLY_ONE_PAGE = 15;
/** Lays everything out and draws nothing: a quarter of the time of both printings is saved. */
const UNSEEN = '<style>* { visibility: hidden !important }</style>';

/**
 * Prints a document with the sums that it carries over from page to page. CSS cannot tell them: Chrome has no running
 * content. So the document is printed once with a link to each row, for which Chrome notes the row's page in the
 * file; where it has several pages, it is printed again with what each page has to say at its foot and head. Margins
 * take no part in the layout: the second printing breaks where the first one did.
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
 * For each page but the last: the sum up to its last row, where further rows follow.
 * @param pageOf of each row, from 0; undefined for a row that the template does not show
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

/** `counter(page, name)` is the text for that page; what is missing is written as nothing. */
function counterStyle(name: string, texts: readonly (string | undefined)[]): string {
  const symbols = texts.map((text = '') => `"${text.replace(/[^\p{L}\p{N} .,:+-]/gu, escaped)}"`).join(' ');
  return `@counter-style ${name} { system: fixed 1; symbols: ${symbols} ""; suffix: "" }`;
}

/** CSS Syntax 3, 4.3.7. */
const escaped = (character: string): string => `\\${character.codePointAt(0)!.toString(16)} `;

const atEndOfBody = (html: string, addition: string): string =>
  html.replace(/<\/body>/i, () => `${addition}</body>`);
