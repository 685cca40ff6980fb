/**
 * Makes the header by which browsers show the file where it is opened, also from the S3 console, and save it
 * under its own name. A name outside ASCII is given twice: as RFC 8187 has it, and with `_` for programs that
 * do not know that (RFC 6266, appendix D).
 */
export const inlineNamed = (fileName: string): string => named('inline', fileName);

/** Makes the header by which browsers save the file under its own name instead of showing it. */
export const attachmentNamed = (fileName: string): string => named('attachment', fileName);

function named(disposition: 'inline' | 'attachment', fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const plain = `${disposition}; filename="${ascii}"`;
  return ascii === fileName ? plain : `${plain}; filename*=UTF-8''${percentEncoded(fileName)}`;
}

/**
 * Encodes a text for RFC 8187, whose attr-char allows fewer characters than `encodeURIComponent` leaves
 * alone.
 */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
