import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import type { MailContent, Templates } from '#core/ports.ts';
import { createEngine, type Engine } from './engine.ts';

/** RFC 3676 section 4.2 wants lines of a text under 78 characters. */
const TEXT_WIDTH = 72;

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly strong: boolean;
}

/**
 * The covering mail of an invoice in its customer's language, from `mail/invoice.txt.hbs`, `mail/invoice.html.hbs`
 * and the labels under `mail`. Escaped in HTML, literal in text; the subject is one line whatever the data holds.
 */
export function createMailTemplates(folder: string): Pick<Templates, 'mail'> {
  const languages = new Map<string, ReturnType<typeof createLanguage>>();
  return {
    mail(content) {
      const { language } = content.invoice.customer;
      const write = languages.get(language) ?? createLanguage(folder, language);
      languages.set(language, write);
      return write(content);
    },
  };
}

function createLanguage(folder: string, language: string) {
  const engine = createEngine(folder, language);
  const words = createWords(engine);
  const source = (name: string) => readFileSync(join(folder, 'mail', name), 'utf8');
  const text = engine.text(source('invoice.txt.hbs'));
  const html = engine.html(source('invoice.html.hbs'));

  return ({ invoice, attachments }: MailContent) => {
    const { company } = invoice;
    const subject = oneLine(
      engine.label('mail.subject', {
        number: invoice.number,
        date: words.day(invoice.date),
        company: company.name,
      }),
    );
    const facts = words.facts(invoice);
    const account = words.account(invoice);
    const parts = {
      language,
      subject,
      greeting: words.greeting(invoice),
      intro: words.intro(invoice),
      payment: words.payment(invoice),
      attachments,
      contact: words.contact(invoice),
      company: company.name,
      signature: words.signature(invoice),
    };
    return {
      subject,
      text: wrap(text({ ...parts, facts: columns(facts), account: columns(account) })),
      html: html({ ...parts, facts, account }),
    };
  };
}

function createWords({ label, text }: Engine) {
  const filled = (source: string) => {
    const template = text<{ value: unknown }>(source);
    return (value: unknown) => template({ value });
  };
  const euro = filled('{{euro value}}');
  const day = filled('{{day value}}');
  const percent = filled('{{percent value}}');
  const iban = filled('{{iban value}}');
  const maskedIban = filled('{{maskedIban value}}');
  const present = (name: string, value: string, strong = false): Fact[] =>
    value === '' ? [] : [{ label: label(`mail.${name}`), value, strong }];

  return {
    day,
    greeting({ customer: { invoiceAddressee, language } }: InvoiceFacts): string {
      if (invoiceAddressee === '') return label('mail.neutralGreeting');
      // An address names "Herrn Müller"; one greets "Herr Müller".
      const addressee = language === 'de' ? invoiceAddressee.replace(/^Herrn\s/, 'Herr ') : invoiceAddressee;
      return label('mail.greeting', { addressee });
    },
    intro({ period, delivered }: InvoiceFacts): string {
      const { from, to } = period ?? delivered;
      if (from === to) return label('mail.introOneDay', { from: day(from) });
      return label('mail.intro', { from: day(from), to: day(to) });
    },
    facts({ number, date, customer, period, delivered, totals, payment }: InvoiceFacts): Fact[] {
      const { from, to } = period ?? delivered;
      return [
        ...present('number', number, true),
        ...present('date', day(date)),
        ...present('customer', customer.number),
        ...(from === to ? present('deliveryDay', day(from)) : present('period', `${day(from)} – ${day(to)}`)),
        ...(totals.gross < 0
          ? present('credit', euro(-totals.gross), true)
          : present('amount', euro(totals.gross), true)),
        ...(payment.by === 'transfer' ? present('due', day(payment.due), true) : []),
        ...(payment.by === 'direct-debit' ? present('debitDay', day(payment.due)) : []),
      ];
    },
    payment({ number, totals, payment, skonto }: InvoiceFacts): string[] {
      const amount = euro(Math.abs(totals.gross));
      const terms = skonto
        ? [
            label('mail.skonto', {
              day: day(skonto.until),
              percent: percent(skonto.percent),
              payable: euro(skonto.payable),
            }),
          ]
        : [];
      switch (payment.by) {
        case 'transfer':
          return [label('mail.payTransfer', { amount, day: day(payment.due), number }), ...terms];
        case 'direct-debit': {
          // SEPA's pre-notification: amount, day, mandate and creditor identifier.
          const { mandate, creditorId: creditor } = payment;
          const account = maskedIban(payment.iban);
          return [
            label('mail.payDirectDebit', { amount, day: day(payment.due), iban: account, mandate, creditor }),
            ...terms,
          ];
        }
        case 'credit':
          return [totals.gross === 0 ? label('mail.payNothing') : label('mail.payCredit', { amount })];
      }
    },
    account({ company, payment }: InvoiceFacts): Fact[] {
      if (payment.by !== 'transfer' || company.iban === '') return [];
      return [
        ...present('iban', iban(company.iban)),
        ...present('bic', company.bic),
        ...present('bank', company.bankName),
      ];
    },
    contact({ company }: InvoiceFacts): string {
      const { name, phone, email } = company.contact;
      const ways = [phone || company.phone, email || company.email].filter((way) => way !== '');
      const reach = ways.join(` ${label('mail.or')} `);
      if (reach === '') return '';
      return name === ''
        ? label('mail.contactWithoutName', { reach })
        : label('mail.contact', { name, reach });
    },
    /** § 35a GmbHG, § 80 AktG: business mail names legal form and seat, register and number, and the directors. */
    signature({ company }: InvoiceFacts): string[] {
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
    },
  };
}

/** The labels padded, so that the values stand below each other. */
function columns(facts: readonly Fact[]): string[] {
  const width = Math.max(0, ...facts.map(({ label }) => label.length)) + 2;
  return facts.map(({ label, value }) => `${`${label}:`.padEnd(width)} ${value}`);
}

/** Breaks long paragraphs between words; what is indented stays as it is. A figure keeps its sign of currency. */
function wrap(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.length <= TEXT_WIDTH || line.startsWith('  ')) return [line];
      const lines: string[] = [''];
      for (const word of line.replace(/(\d) (?=[€%])/g, '$1\u00a0').split(' ')) {
        const last = lines.at(-1)!;
        if (last !== '' && last.length + 1 + word.length > TEXT_WIDTH) lines.push(word);
        else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
      }
      return lines.map((it) => it.replaceAll('\u00a0', ' '));
    })
    .join('\n');
}

const oneLine = (text: string): string => text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
