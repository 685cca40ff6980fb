import puppeteer, { type Browser, type Page, TimeoutError } from 'puppeteer-core';
import { oneByOne, type Peer, type Workshop } from './peer.ts';

export type WaitUntil = 'load' | 'networkidle0';

/**
 * Prints as the tutorials do: with a browser for each invoice, and a wait until the network was idle for half
 * a second.
 */
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

/** Prints with one warm browser and a new page for each invoice. */
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
 * Gives up after five seconds: on a busy machine the empty page before this one may have been idle first, and
 * then this page is never reported as idle.
 */
async function setContent(page: Page, html: string, until: WaitUntil): Promise<void> {
  try {
    // The types no longer allow networkidle0 here, but everybody writes it, and it still waits.
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
