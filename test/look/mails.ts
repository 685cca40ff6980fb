import { findBrowser } from '#adapters/chrome/browser.ts';
import { launchBrowser } from '#adapters/chrome/launch.ts';
import type { Templates } from '#core/ports.ts';
import { sampleInvoice } from '#test/support/data/sample-invoice.ts';
import { LONG_CUSTOMER } from '#test/support/documents/long-texts.ts';
import { sampleLogo } from './logo.ts';

const CUSTOMERS = {
  '': { skontoPercent: '2', skontoDays: 7, invoiceAddressee: 'Herrn Müller' },
  '-long': { ...LONG_CUSTOMER, invoiceAddressee: LONG_CUSTOMER.name2 },
} as const;
const ATTACHMENTS = [
  { kind: 'invoice', fileName: 'Rechnung-10042-2026000123-2026-10-31-1.pdf' },
  { kind: 'delivery-overview', fileName: 'Rechnung-10042-2026000123-2026-10-31-2.pdf' },
] as const;
const LOGO = { contentId: 'logo@look', width: 240, height: 80 };
/** The widths of a usual window and of a telephone. */
const WIDTHS = [700, 360] as const;

/** Draws the HTML of the covering mail as a mail program shows it. */
export async function mailPictures(
  templates: Templates,
  fontsFolder: string,
  words: readonly string[],
): Promise<{ readonly name: string; readonly png: Uint8Array }[]> {
  const mails = (['de', 'en'] as const).flatMap((language) =>
    Object.entries(CUSTOMERS).flatMap(([kind, customer]) => {
      const invoice = sampleInvoice({ customer: { language, ...customer } });
      const mail = templates.mail({ invoice, attachments: ATTACHMENTS, ...(kind === '' && { logo: LOGO }) });
      const html = mail.html.replaceAll(`cid:${LOGO.contentId}`, sampleLogo());
      return WIDTHS.map((width) => ({ name: `mail-${language}${kind}-${width}`, html, width }));
    }),
  );
  const wanted = mails.filter(({ name }) => words.every((word) => name.includes(word)));
  if (wanted.length === 0) return [];
  const { browser, end } = await launchBrowser(await findBrowser(process.env.CHROME_PATH), fontsFolder);
  try {
    const page = await browser.newPage();
    const pictures: { name: string; png: Uint8Array }[] = [];
    for (const { name, html, width } of wanted) {
      await page.setViewport({ width, height: 400 });
      await page.setContent(html);
      pictures.push({ name, png: await page.screenshot({ type: 'png', fullPage: true }) });
    }
    return pictures;
  } finally {
    await end();
  }
}
