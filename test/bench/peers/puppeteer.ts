import puppeteer, { type Browser, type Page, TimeoutError } from 'puppeteer-core';
import { oneByOne, type Peer, type Workshop } from './peer.ts';

export type WaitUntil = 'load' | 'networkidle0';

/** The way of the tutorials: a browser for each invoice, and a wait until the network was idle for half a second. */
export function openBrowserPerInvoice(name: string, workshop: Workshop, until: WaitUntil): Peer {
  return {
    name,
    print: (invoices) =>
      oneByOne(invoices, async (invoice) => {
        const browser = await launch(workshop);
        try {
          return await printPage(browser, workshop.textOf(invoice).html, until);
        } finally {
          await browser.close();
        }
      }),
    close: async () => {},
  };
}

/** One warm browser, a new page for each invoice. */
export async function openPagePerInvoice(name: string, workshop: Workshop, until: WaitUntil): Promise<Peer> {
  const browser = await launch(workshop);
  return {
    name,
    print: (invoices) =>
      oneByOne(invoices, (invoice) => printPage(browser, workshop.textOf(invoice).html, until)),
    close: () => browser.close(),
  };
}

async function printPage(browser: Browser, html: string, until: WaitUntil): Promise<Uint8Array> {
  const page = await browser.newPage();
  await setContent(page, html, until);
  const pdf = await page.pdf({ format: 'A4', printBackground: true });
  await page.close();
  return pdf;
}

/**
 * On a busy machine the network of the empty page before it may be idle first; then nobody ever says so of this one,
 * and the wait is in vain.
 */
async function setContent(page: Page, html: string, until: WaitUntil): Promise<void> {
  try {
    // The types no longer allow networkidle0 here, but it is what everybody writes, and it waits.
    await page.setContent(html, { waitUntil: until as 'load', timeout: 5000 });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}

function launch({ browser, fontConfig }: Workshop): Promise<Browser> {
  return puppeteer.launch({
    executablePath: browser.executable,
    headless: 'shell',
    args: ['--no-sandbox'],
    env: {
      ...process.env,
      FONTCONFIG_FILE: fontConfig,
      ...(browser.libraries === undefined ? {} : { LD_LIBRARY_PATH: browser.libraries }),
    },
  });
}
