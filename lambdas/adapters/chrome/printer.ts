import { readPageTree } from '#adapters/pdf/page-tree.ts';
import { Fault } from '#core/errors.ts';
import type { PrintableDocument, Printer, PrintResult } from '#core/ports.ts';
import { findBrowser } from './browser.ts';
import { printWithSums } from './carried-sums.ts';
import { launchBrowser, type RunningBrowser } from './launch.ts';
import { collectOwnGarbage } from './own-garbage.ts';
import { openPage, type PrintPage } from './page.ts';

/**
 * Without a collection the memory of the reused page grows past 1 GB, and that of this process by a fifth in
 * 1,000 invoices.
 */
const DOCUMENTS_PER_COLLECTION = 50;
const ATTEMPTS = 2;

export interface ChromePrinterOptions {
  /** The folder of the TrueType files that documents are set in; the browser sees no others (on Linux). */
  readonly fontsFolder: string;
  /** The value of CHROME_PATH. */
  readonly chromePath?: string | undefined;
  /** Longest time for one document in milliseconds; 5,000 lines take some seconds. */
  readonly timeoutMs?: number;
}

interface Workplace extends RunningBrowser {
  readonly page: PrintPage;
}

/**
 * Prints HTML with one warm browser and one reused page, launched by the first document. Calls queue up. A
 * document on which the browser crashes or hangs is tried once more in a fresh browser, and then fails alone.
 * `render` throws Fault `unavailable` only when no browser starts.
 */
export function createChromePrinter(options: ChromePrinterOptions): Printer {
  const timeoutMs = options.timeoutMs ?? 120_000;
  let workplace: Workplace | undefined;
  let printed = 0;
  let queue: Promise<unknown> = Promise.resolve();

  async function open(): Promise<Workplace> {
    const running = await launchBrowser(await findBrowser(options.chromePath), options.fontsFolder);
    try {
      const page = await openPage(running.browser);
      await checkFonts(page, options.fontsFolder);
      return { ...running, page };
    } catch (error) {
      await running.end();
      throw error;
    }
  }

  async function close(): Promise<void> {
    const closing = workplace;
    workplace = undefined;
    await closing?.end();
  }

  async function printOne(document: PrintableDocument): Promise<PrintResult> {
    let reason = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      workplace ??= await open();
      try {
        const { page } = workplace;
        const printing = printWithSums(document, (html) => print(page, html));
        const pdf = await within(timeoutMs, printing);
        return { ok: true, pdf, pages: readPageTree(pdf).pages };
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        await close();
      }
    }
    return { ok: false, reason: `${document.name} could not be printed: ${reason}` };
  }

  async function print(page: PrintPage, html: string): Promise<Uint8Array> {
    const pdf = await page.print(html);
    if (++printed % DOCUMENTS_PER_COLLECTION === 0) {
      await page.collectGarbage();
      collectOwnGarbage();
    }
    return pdf;
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    const done = () => {};
    queue = turn.then(done, done);
    return turn;
  }

  return {
    render: (documents) =>
      inTurn(async () => {
        const results: PrintResult[] = [];
        for (const document of documents) results.push(await printOne(document));
        return results;
      }),
    close: () => inTurn(close),
  };
}

/**
 * Makes sure that the browser finds a font. Without one Chrome prints blank pages and reports success, and no
 * document is better than an empty one.
 */
async function checkFonts(page: PrintPage, fontsFolder: string): Promise<void> {
  const pdf = Buffer.from(await page.print('<p>a'));
  if (pdf.includes('/FontFile')) return;
  throw new Fault(
    'unavailable',
    `the browser finds no font in ${fontsFolder}: restore the shipped .ttf files there`,
  );
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the browser did not finish within ${milliseconds / 1000} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // After the timeout a late failure no longer matters.
  }
}
