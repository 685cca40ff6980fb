import { z } from 'zod';
import { CYCLES } from './customer.ts';
import { checkNumberFormat } from './number-format.ts';
import { defaultsOf, line, requiredLine } from './text.ts';
import { TRANSPORTS } from './transport.ts';

const mailAddress = z
  .string()
  .trim()
  .regex(/^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,189}$/, 'must be one mail address');

/** The most characters of a stored logo, because every change of the settings and every run keeps a copy. */
export const MAX_LOGO = 120_000;

/** Company, PDF, mail and ordering settings: one schema for import, API and console. */
export const settingsSchema = z.object({
  company: z
    .object({
      name: requiredLine(120),
      street: requiredLine(120),
      zip: requiredLine(12),
      city: requiredLine(80),
      country: z
        .string()
        .regex(/^[A-Z]{2}$/, 'must be a two-letter country code such as DE')
        .default('DE'),
      phone: line(40).default(''),
      email: line(254).default(''),
      website: line(200).default(''),
      /** Either `vatId` or `taxNumber` must be given (§ 14 (4) no. 2 UStG). */
      vatId: line(20).default(''),
      taxNumber: line(30).default(''),
      registration: line(120).default(''),
      managingDirector: line(200).default(''),
      bankName: line(80).default(''),
      iban: line(42).default(''),
      bic: line(11).default(''),
      /** SEPA creditor identifier; direct debits need it. */
      creditorId: line(35).default(''),
      contact: z
        .object({ name: line(120).default(''), phone: line(40).default(''), email: line(254).default('') })
        .prefault({}),
      /** Whether the company is a small business and charges no VAT (§ 19 UStG). */
      smallBusiness: z.boolean().default(false),
      /** Printed if a line is exempt (category E), because § 14 (4) no. 8 UStG demands the reason. */
      exemptionReason: line(200).default(''),
    })
    .refine((company) => company.vatId !== '' || company.taxNumber !== '', {
      path: ['vatId'],
      message: 'vatId or taxNumber must be given (§ 14 UStG)',
    }),
  pdf: z
    .object({
      folders: z.enum(['none', 'month', 'day']).default('month'),
      filePrefix: filePrefix('Rechnung'),
      deliveryNotePrefix: filePrefix('Lieferschein'),
      /** Whether delivery notes show prices. */
      deliveryNotePrices: z.boolean().default(false),
      /**
       * Whether each invoice in a print file starts on its own sheet, for printers that print on both sides.
       */
      duplex: z.boolean().default(false),
      /** Whether invoices show a QR code from which banking apps fill in the transfer. */
      giroCode: z.boolean().default(true),
      /** The logo as a `data:` address, re-encoded as PNG when it is stored; empty for none. */
      logo: z
        .string()
        .max(MAX_LOGO)
        .regex(/^(?:data:image\/png;base64,[A-Za-z0-9+/]+=*)?$/, 'must be a PNG as a data: address')
        .default(''),
    })
    .prefault({}),
  mail: z
    .object({
      transport: z.enum(TRANSPORTS).default('off'),
      sender: z
        .object({ name: line(120).default(''), address: z.union([z.literal(''), mailAddress]).default('') })
        .prefault({}),
      replyTo: z.union([z.literal(''), mailAddress]).default(''),
      /** Addresses that get a copy of every mail, besides the customer's own `cc` and `bcc`. */
      cc: z.array(mailAddress).max(20).default([]),
      bcc: z.array(mailAddress).max(20).default([]),
      /**
       * The largest whole message, in millions of bytes; a larger one is held. Attachments take a third more
       * than their files.
       */
      maxMegabytes: z.number().min(0.1).max(150).default(25),
      /**
       * Whether a mail whose answer was lost waits for a person, or is sent again once by itself with its old
       * Message-ID.
       */
      whenUnknown: z.enum(['ask', 'send again']).default('ask'),
      /**
       * Names the DKIM key of the sender's domain in DNS (`<selector>._domainkey.<domain>`); empty if it is
       * not known.
       */
      dkimSelector: z
        .string()
        .trim()
        .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, 'must be a name in DNS')
        .default(''),
      smtp: z
        .object({
          host: line(253).default(''),
          port: z.number().int().min(1).max(65_535).default(587),
          encryption: z
            .enum(['none', 'starttls-if-offered', 'starttls', 'tls'], { error: nameElsewhere })
            .default('starttls')
            .meta({
              description:
                '`starttls`: encrypted before anything is said, or nothing is sent (port 587). `starttls-if-offered`: encrypted wherever the server offers it, which other programs call "TLS". `tls`: encrypted from the start (port 465), which other programs call "SSL".',
            }),
          /**
           * How the server's certificate is checked. `verify`: by the authorities this machine trusts, and
           * for this host. `pin`: only the certificate in `pin` is accepted. `any`: it is not checked.
           */
          certificate: z.enum(['verify', 'pin', 'any']).default('verify'),
          /**
           * SHA-256 of the server's certificate in hexadecimal digits, for `certificate: pin`; the test mail
           * shows it.
           */
          pin: line(95).default(''),
          user: line(254).default(''),
          /**
           * The oldest TLS version that is accepted; 1.0 and 1.1 are for servers that have nothing newer (RFC
           * 8996).
           */
          minTls: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
          /**
           * `auto` uses the first of PLAIN, LOGIN and CRAM-MD5 that the server offers. If `user` is empty,
           * there is no login.
           */
          login: z.enum(['auto', 'plain', 'login', 'cram-md5']).default('auto'),
          /** Whether a password may go over a connection without TLS. */
          allowPlainLogin: z.boolean().default(false),
        })
        .prefault({}),
      pace: z
        .object({
          perSecond: z.number().int().min(1).max(1000).default(10),
          perMinute: z.number().int().min(1).max(100_000).optional(),
          perHour: z.number().int().min(1).max(10_000_000).optional(),
          perDay: z.number().int().min(1).max(10_000_000).optional(),
          connections: z.number().int().min(1).max(20).default(2),
        })
        .prefault({}),
    })
    .prefault({}),
  ordering: z.object({ autoPdfForInstantInvoices: z.boolean().default(true) }).prefault({}),
  numbering: z
    .object({
      /** Letters, digits and `{yyyy}`, `{yy}`, `{mm}`, `{number}` or `{number:6}`. */
      format: z
        .string()
        .trim()
        .superRefine((format, context) => {
          const message = checkNumberFormat(format);
          if (message) context.addIssue({ code: 'custom', message });
        })
        .default('{yyyy}{number:6}'),
      firstNumber: z.number().int().min(1).max(999_999_999).default(1),
    })
    .prefault({}),
  schedule: z
    .object({
      cycle: z.enum(CYCLES).default('monthly'),
      day: z.number().int().min(1).max(28).default(1),
      hour: z.number().int().min(0).max(23).default(4),
      release: z.enum(['automatic', 'by hand']).default('by hand'),
    })
    .prefault({}),
  edition: line(20).default('CE'),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The values of the optional company fields when they are not given. */
export const COMPANY_DEFAULTS = defaultsOf(settingsSchema.shape.company);

/**
 * Returns a hint if somebody used another program's word for an encryption: there, "TLS" and "SSL" mean
 * something else.
 */
function nameElsewhere({ input }: { readonly input?: unknown }): string | undefined {
  const meant = {
    TLS: 'what other programs call TLS is starttls-if-offered here (tls is encrypted from the start: their SSL)',
    SSL: 'what other programs call SSL is tls here',
    'SSL/TLS': 'what other programs call SSL/TLS is tls here',
    STARTTLS: 'it is written starttls here',
    NONE: 'it is written none here',
  };
  const name = String(input).trim().toUpperCase();
  return Object.hasOwn(meant, name) ? meant[name as keyof typeof meant] : undefined;
}

/**
 * Makes the schema of a file name prefix: letters, digits, dots and underscores. If it is empty, its hyphen
 * is left out too.
 */
function filePrefix(standard: string) {
  return z
    .string()
    .trim()
    .regex(/^(?:[\p{L}\p{N}][\p{L}\p{N}_]{0,39})?$/u, 'must be letters, digits and underscores, or empty')
    .default(standard);
}
