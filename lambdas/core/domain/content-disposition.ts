/**
 * Browsers show the file where it is opened, the S3 console's button included, and save it under its own name. Names
 * outside ASCII come twice: as RFC 8187 has it, and with `_` for programs that do not know that (RFC 6266, appendix D).
 */
export const inlineNamed = (fileName: string): string => named('inline', fileName);

/** The same for a file that is to be saved, not shown. */
export const attachmentNamed = (fileName: string): string => named('attachment', fileName);

function named(disposition: 'inline' | 'attachment', fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const plain = `${disposition}; filename="${ascii}"`;
  return ascii === fileName ? plain : `${plain}; filename*=UTF-8''${percentEncoded(fileName)}`;
}

/** `encodeURIComponent` leaves some that RFC 8187's attr-char does not. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
