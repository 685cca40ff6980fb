import { z } from 'zod';
import { decimal, defaultsOf, line, requiredLine } from './text.ts';

export const CYCLES = ['daily', 'weekly', 'monthly'] as const;
/**
 * An ISO 639-1 code. The label files of the templates in force decide which languages the documents can be
 * made in.
 */
export type Language = string;
export type Cycle = (typeof CYCLES)[number];

/** Letters and digits only, because the number stands between hyphens in file names. */
export const customerNumber = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9]{1,20}$/, 'must be 1 to 20 letters and digits, without hyphens or spaces');

/**
 * Who is billed. A customer who lacks what a document or a mail needs (a valid VAT ID, a mail address) is not
 * refused here: `check-document.ts` holds such a customer at billing and says why.
 */
export const customerSchema = z.object({
  number: customerNumber,
  name: requiredLine(120),
  name2: line(120).default(''),
  street: line(120).default(''),
  zip: line(12).default(''),
  city: requiredLine(80),
  /** An ISO 3166 alpha-2 code. */
  country: z
    .string()
    .trim()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter country code such as DE')
    .default('DE'),
  language: z
    .string()
    .trim()
    .regex(/^[a-z]{2}$/, 'must be a two-letter language code such as de')
    .default('de'),
  /** The general e-mail; it is never used for invoices. */
  email: line(254).default(''),
  /** One or several addresses, separated by commas or semicolons. */
  invoiceEmail: line(1000).default(''),
  invoiceAddressee: line(120).default(''),
  invoiceByMail: z.boolean().default(false),
  cc: line(1000).default(''),
  bcc: line(1000).default(''),
  billingCycle: z.enum(CYCLES).default('monthly'),
  /** Whether a delivery overview goes with each invoice. */
  deliveryOverview: z.boolean().default(false),
  paymentDays: z.number().int().min(0).max(365).default(14),
  /**
   * The Skonto in hundredths of a percent, 0 for none; `skontoDays` are the days within which it may be
   * deducted.
   */
  skontoPercent: decimal(2, { min: 0, max: 20 }).default(0),
  skontoDays: z.number().int().min(0).max(365).default(0),
  vatId: line(20).default(''),
  eInvoice: z.enum(['none', 'zugferd', 'xrechnung']).default('none'),
  /** EN 16931 BT-10; authorities give their Leitweg-ID here. */
  buyerReference: line(100).default(''),
  /** EN 16931 BT-13. */
  orderReference: line(100).default(''),
  /** If `iban` and `mandate` are both set, the customer pays by SEPA direct debit. */
  iban: line(42).default(''),
  mandate: line(35).default(''),
});

export type Customer = z.infer<typeof customerSchema>;

/** The values of the optional fields when they are not given. */
export const CUSTOMER_DEFAULTS = defaultsOf(customerSchema);
