import type { Browser } from 'puppeteer-core';
import { openIsolatedSession } from './isolated-session.ts';

/** The one page that prints all documents. */
export interface PrintPage {
  /**
   * Prints a document.
   * @throws when the page crashes or the browser goes away meanwhile
   */
  print(html: string): Promise<Uint8Array>;
  /** Frees the memory of earlier documents, which a reused page keeps until this is called. */
  collectGarbage(): Promise<void>;
}

/**
 * Opens a page for printing. Scripts are off, and every request that a document makes fails before it leaves
 * the browser.
 */
export async function openPage(browser: Browser): Promise<PrintPage> {
  const { session, frameId } = await openIsolatedSession(browser);
  let giveUp: (reason: Error) => void = () => {};
  session.once('Inspector.targetCrashed', () => giveUp(new Error('the page crashed')));

  async function print(html: string): Promise<Uint8Array> {
    await session.send('Page.setDocumentContent', { frameId, html });
    const { data } = await session.send('Page.printToPDF', {
      printBackground: true,
      preferCSSPageSize: true,
      generateTaggedPDF: false,
      generateDocumentOutline: false,
    });
    return Buffer.from(data, 'base64');
  }

  return {
    // Promise.race with one lasting promise of a crash would keep every document in memory until the page is
    // gone.
    print: (html) =>
      new Promise((resolve, reject) => {
        giveUp = reject;
        print(html).then(resolve, reject);
      }),
    collectGarbage: () => session.send('HeapProfiler.collectGarbage'),
  };
}
