import type { Browser } from 'puppeteer-core';
import { openIsolatedSession } from './isolated-session.ts';

/** The one page that prints everything. */
export interface PrintPage {
  /** @throws when the page crashes or the browser goes away meanwhile */
  print(html: string): Promise<Uint8Array>;
  /** A page that is used again and again keeps its old documents until this is called. */
  collectGarbage(): Promise<void>;
}

/** Scripts are off, and every request that a document makes fails before it leaves the browser. */
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
    // Not Promise.race with one promise of a crash: that would keep every document until the page is gone.
    print: (html) =>
      new Promise((resolve, reject) => {
        giveUp = reject;
        print(html).then(resolve, reject);
      }),
    collectGarbage: () => session.send('HeapProfiler.collectGarbage'),
  };
}
