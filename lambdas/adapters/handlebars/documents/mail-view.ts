import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import type { MailContent } from '#core/ports.ts';
import { createMailWords, type Fact } from './mail-words.ts';

/** The fields that the two templates of the covering mail may use. */
export interface MailView {
  readonly language: string;
  readonly subject: string;
  /** The preview that a mail program's list shows behind the subject. */
  readonly preheader: string;
  /** The logo's size in CSS pixels. */
  readonly logo: { readonly contentId: string; readonly width: number; readonly height: number } | false;
  readonly greeting: string;
  readonly intro: string;
  readonly facts: readonly Fact[];
  /** Amounts, printed in a right-aligned column. */
  readonly sums: readonly Fact[];
  /** The sentences about payment, one paragraph each. */
  readonly payment: readonly string[];
  readonly account: readonly Fact[];
  /** For each attached file what it is, and its name. */
  readonly attachments: readonly Fact[];
  readonly contact: string;
  readonly company: string;
  readonly signature: readonly string[];
}

/** The largest box for the logo in the mail, in CSS pixels. */
const LOGO_BOX = { width: 220, height: 72 };

export function createMailView(engine: Engine, language: string): (content: MailContent) => MailView {
  const words = createMailWords(engine);
  return ({ invoice, attachments, logo }) => {
    const due = words.due(invoice);
    const sums = words.sums(invoice);
    return {
      language,
      subject: oneLine(words.subject(invoice)),
      preheader: [...sums.slice(0, 1), ...due].map(({ label, value }) => `${label} ${value}`).join(' · '),
      logo: logo ? { contentId: logo.contentId, ...fitting(logo) } : false,
      greeting: words.greeting(invoice),
      intro: words.intro(invoice),
      facts: [...words.facts(invoice), ...due],
      sums,
      payment: words.payment(invoice),
      account: words.account(invoice),
      attachments: attachments.map(({ kind, fileName }) => words.file(invoice, kind, fileName)),
      contact: words.contact(invoice),
      company: invoice.company.name,
      signature: signature(invoice, engine),
    };
  };
}

/**
 * Builds the signature. Business mail must name legal form and seat, register and number, and the directors
 * (§ 35a GmbHG, § 80 AktG).
 */
function signature({ company }: InvoiceFacts, { label }: Engine): string[] {
  const join = (...values: string[]) => values.filter((value) => value !== '').join(' · ');
  const worded = (name: string, key: string, value: string) =>
    value === '' ? '' : label(`mail.${name}`, { [key]: value });
  return [
    company.name,
    join(company.street, `${company.zip} ${company.city}`),
    join(worded('phone', 'phone', company.phone), company.email),
    company.website,
    join(company.registration && worded('seat', 'city', company.city), company.registration),
    worded('director', 'name', company.managingDirector),
    join(worded('vatId', 'id', company.vatId), worded('taxNumber', 'number', company.taxNumber)),
  ].filter((line) => line !== '');
}

/** Scales the logo down to fit its box, never up. */
function fitting({ width, height }: { readonly width: number; readonly height: number }) {
  const scale = Math.min(1, LOGO_BOX.width / width, LOGO_BOX.height / height);
  const side = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  return { width: side(width), height: side(height) };
}

const oneLine = (text: string): string => text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
