import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { InvoiceFacts } from '#core/domain/invoice.ts';
import type { MailContent } from '#core/ports.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly strong: boolean;
}

type FileKind = MailContent['attachments'][number]['kind'];

/** Words what the covering mail says about an invoice, using the labels under `mail`. */
export function createMailWords({ label, text }: Engine) {
  const filled = (source: string) => {
    const template = text<{ value: unknown }>(source);
    return (value: unknown) => template({ value });
  };
  /** Fills the text with non-breaking spaces, so that no line ends within it. */
  const unbroken = (source: string) => {
    const fill = filled(source);
    return (value: unknown) => fill(value).replaceAll(' ', '\u00a0');
  };
  const euro = unbroken('{{euro value}}');
  const day = unbroken('{{day value}}');
  const percent = unbroken('{{percent value}}');
  const iban = filled('{{iban value}}');
  const maskedIban = unbroken('{{maskedIban value}}');
  const present = (name: string, value: string, strong = false): Fact[] =>
    value === '' ? [] : [{ label: label(`mail.${name}`), value, strong }];
  const cancelled = ({ number, date }: NonNullable<InvoiceFacts['cancels']>) => ({ number, day: day(date) });

  return {
    subject({ number, date, company, cancels }: InvoiceFacts): string {
      const values = { number, date: day(date), company: company.name };
      if (cancels) return label('mail.cancellation.subject', { ...values, cancelled: cancels.number });
      return label('mail.subject', values);
    },
    greeting({ customer: { invoiceAddressee, language } }: InvoiceFacts): string {
      if (invoiceAddressee === '') return label('mail.neutralGreeting');
      // German addresses say "Herrn Müller", but a greeting says "Herr Müller".
      const addressee = language === 'de' ? invoiceAddressee.replace(/^Herrn\s/, 'Herr ') : invoiceAddressee;
      return label('mail.greeting', { addressee });
    },
    intro({ period, delivered, cancels }: InvoiceFacts): string {
      if (cancels) return label('mail.cancellation.intro', cancelled(cancels));
      const { from, to } = period ?? delivered;
      if (from === to) return label('mail.introOneDay', { from: day(from) });
      return label('mail.intro', { from: day(from), to: day(to) });
    },
    facts({ number, date, customer, period, delivered, cancels }: InvoiceFacts): Fact[] {
      const { from, to } = period ?? delivered;
      return [
        ...present(cancels ? 'cancellation.number' : 'number', number, true),
        ...present(cancels ? 'cancellation.date' : 'date', day(date)),
        ...present('customer', customer.number),
        ...(from === to ? present('deliveryDay', day(from)) : present('period', `${day(from)} – ${day(to)}`)),
      ];
    },
    due({ payment }: InvoiceFacts): Fact[] {
      if (payment.by === 'credit') return [];
      return present(payment.by === 'transfer' ? 'due' : 'debitDay', day(payment.due));
    },
    sums({ totals: { gross }, skonto, cancels }: InvoiceFacts): Fact[] {
      if (cancels) return present('cancellation.amount', euro(gross), true);
      if (gross < 0) return present('credit', euro(-gross), true);
      const total = present('amount', euro(gross), true);
      if (!skonto) return total;
      const terms = { percent: percent(skonto.percent), day: day(skonto.until) };
      return [
        ...total,
        { label: label('mail.withSkonto', terms), value: euro(skonto.payable), strong: false },
      ];
    },
    payment({ number, totals, payment, skonto, cancels }: InvoiceFacts): string[] {
      if (cancels) return [label('mail.cancellation.payment')];
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
          // SEPA's pre-notification must name amount, day, mandate and creditor identifier.
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
    file({ cancels }: InvoiceFacts, kind: FileKind, fileName: string): Fact {
      const name = kind === 'invoice' && cancels ? 'cancellation' : kind;
      return { label: label(`mail.files.${name}`), value: fileName, strong: false };
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
  };
}
