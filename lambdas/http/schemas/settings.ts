import { z } from 'zod';
import type { Settings } from '#core/domain/settings.ts';
import { settingsSchema } from '#core/domain/settings.ts';
import { smtpWarnings } from '#core/domain/smtp-warnings.ts';
import { TRANSPORTS } from '#core/domain/transport.ts';

const { pdf, mail } = settingsSchema.shape;
const { smtp } = mail.unwrap().shape;

/**
 * Longest picture as people send it, in characters; it is redrawn as a PNG of at most `MAX_LOGO` characters.
 */
const MAX_PICTURE = 3_000_000;

/** Settings as they are put. Absent values take their default; the password can be written but not read. */
export const settingsBody = z
  .object({
    ...settingsSchema.shape,
    pdf: pdf
      .unwrap()
      .extend({
        logo: z.string().max(MAX_PICTURE).optional().meta({
          description: 'PNG, JPEG or SVG as a `data:` address. Absent or empty: no logo.',
        }),
      })
      .prefault({}),
    mail: mail
      .unwrap()
      .extend({
        smtp: smtp
          .unwrap()
          .extend({
            password: z.string().max(1000).optional().meta({
              description: 'Written, never shown. Absent: it stays; empty: it is forgotten.',
            }),
            passwordSet: z.boolean().optional().meta({ description: 'As it was read; ignored.' }),
            warnings: z.array(z.string()).optional().meta({ description: 'As they were read; ignored.' }),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .meta({ id: 'SettingsToPut' });

export const settingsAnswer = z
  .object({
    company: z.object({ name: z.string(), contact: z.looseObject({}) }).loose(),
    pdf: z.looseObject({ folders: z.enum(['none', 'month', 'day']) }),
    mail: z.looseObject({
      transport: z.enum(TRANSPORTS),
      smtp: z.looseObject({
        passwordSet: z.boolean(),
        warnings: z
          .array(z.string())
          .meta({ description: 'What is less than safe in them; a sentence each.' }),
      }),
    }),
    ordering: z.object({ autoPdfForInstantInvoices: z.boolean() }),
    numbering: z.object({ format: z.string(), firstNumber: z.number() }),
    schedule: z.looseObject({}),
    edition: z.string(),
  })
  .meta({ id: 'Settings', description: 'As they were put; may be sent back as they are.' });

export const settingsJson = (settings: Settings, passwordSet: boolean): z.infer<typeof settingsAnswer> => ({
  ...settings,
  mail: {
    ...settings.mail,
    smtp: { ...settings.mail.smtp, passwordSet, warnings: [...smtpWarnings(settings.mail.smtp)] },
  },
});
