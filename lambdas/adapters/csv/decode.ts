import { refuse } from '#core/errors.ts';

/**
 * Decodes UTF-8 with or without a byte order mark, else Windows-1252, as spreadsheets write it.
 * @throws Fault `bad-input` for other encodings, and for damaged UTF-8, which would print garbled names
 */
export function decode(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    refuse('The file is in UTF-16: save it as CSV in UTF-8.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const hasMark = first === 0xef && second === 0xbb && third === 0xbf;
    refuseDamaged(new TextDecoder('utf-8').decode(bytes), hasMark);
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Refuses a text whose characters beyond ASCII are mostly sound UTF-8: it cannot be Windows-1252. */
function refuseDamaged(text: string, hasMark: boolean): void {
  const damaged = text.match(/\ufffd/g)?.length ?? 0;
  const sound = text.match(/[^\u0000-\u007f\ufffd]/gu)?.length ?? 0;
  if (!hasMark && sound <= damaged) return;
  const line = text.slice(0, text.indexOf('\ufffd')).split(/\r\n?|\n/).length;
  refuse(`The file is in UTF-8, but line ${line} has bytes that are not: save the file anew in UTF-8.`);
}
