import { z } from 'zod';
import { CYCLES } from './customer.ts';
import { checkNumberFormat } from './number-format.ts';
import { defaultsOf, line, requiredLine } from './text.ts';
import { TRANSPORTS } from './transport.ts';

const mailAddress = z
  .string()
  .trim()
  .regex(/^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,189}$/, 'must be one mail address');

/** Characters; it is kept with each change of the settings and with each run. */
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
      /** § 14 (4) no. 2 UStG: one of the two must be there. */
      vatId: line(20).default(''),
      taxNumber: line(30).default(''),
      registration: line(120).default(''),
      managingDirector: line(200).default(''),
      bankName: line(80).default(''),
      iban: line(42).default(''),
      bic: line(11).default(''),
      /** SEPA creditor identifier, needed for direct debits. */
      creditorId: line(35).default(''),
      contact: z
        .object({ name: line(120).default(''), phone: line(40).default(''), email: line(254).default('') })
        .prefault({}),
      /** § 19 UStG: no VAT is charged. */
      smallBusiness: z.boolean().default(false),
      /** Printed when a line is exempt (category E): § 14 (4) no. 8 UStG wants the reason. */
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
      /** For printers that print both sides: in a print file each invoice starts on a sheet of its own. */
      duplex: z.boolean().default(false),
      /** A QR code from which banking apps fill in the transfer. */
      giroCode: z.boolean().default(true),
      /** A picture as a `data:` address, re-encoded as PNG when it is put there; empty for none. */
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
      /** Get a copy of each mail, besides the customer's own `cc` and `bcc`. */
      cc: z.array(mailAddress).max(20).default([]),
      bcc: z.array(mailAddress).max(20).default([]),
      /** MB (millions of bytes) of a whole message; a larger one is held. Attachments take a third more than their files. */
      maxMegabytes: z.number().min(0.1).max(150).default(25),
      /** A mail whose answer was lost waits for a person, or is sent again once by itself with the same Message-ID. */
      whenUnknown: z.enum(['ask', 'send again']).default('ask'),
      /** Names the sender domain's DKIM key in DNS (`<selector>._domainkey.<domain>`); empty where it is not known. */
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
          /** `verify`: by this machine's authorities and for this host. `pin`: this one alone. `any`: nobody checks. */
          certificate: z.enum(['verify', 'pin', 'any']).default('verify'),
          /** SHA-256 of the server's certificate, hex, for `certificate: pin`; the test mail shows it. */
          pin: line(95).default(''),
          user: line(254).default(''),
          /** The oldest protocol that is spoken; 1.0 and 1.1 are for servers that know no better (RFC 8996). */
          minTls: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
          /** `auto`: the first of PLAIN, LOGIN and CRAM-MD5 that the server offers. No login where `user` is empty. */
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

/** What an optional field of the company is where nobody has given it. */
export const COMPANY_DEFAULTS = defaultsOf(settingsSchema.shape.company);

/** People bring the words of their former programs along, where "TLS" and "SSL" mean something else than here. */
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

/** Letters, digits, dots and underscores: it becomes part of file names. An empty one takes its hyphen along. */
function filePrefix(standard: string) {
  return z
    .string()
    .trim()
    .regex(/^(?:[\p{L}\p{N}][\p{L}\p{N}_]{0,39})?$/u, 'must be letters, digits and underscores, or empty')
    .default(standard);
}
