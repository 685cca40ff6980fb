import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { berlinDay } from '#core/domain/calendar.ts';
import { settingsFingerprint } from '#core/domain/identity.ts';
import { rangeOf } from '#core/domain/number-format.ts';
import type { Settings } from '#core/domain/settings.ts';
import { smtpWarnings } from '#core/domain/smtp-warnings.ts';
import { refuse } from '#core/errors.ts';
import { appendToJournal } from '#core/repositories/journal.ts';
import { MAILING_HOLD, readMailingHold } from '#core/repositories/mails.ts';
import { readCounter } from '#core/repositories/numbers.ts';
import {
  findSettings,
  SETTINGS_KEY,
  SETTINGS_PARTITION,
  type SettingsRecord,
  SMTP_PASSWORD,
} from '#core/repositories/settings.ts';
import { createOrReplace, remove } from '#core/repositories/stored.ts';
import { retryOnConflict } from '#core/retry.ts';

/**
 * Replaces the settings. A password, if given, is stored with the secrets only. A mailing that was held may
 * go on at once. Unchanged settings are not written.
 * @throws Fault `bad-input` for a first number whose range is already in use
 */
export async function importSettings(
  settings: Settings,
  smtpPassword: string | undefined,
  deps: Pick<Deps, 'table' | 'clock' | 'hasher' | 'secrets'>,
): Promise<{ readonly changed: boolean }> {
  const passwordChanged =
    smtpPassword !== undefined && (await deps.secrets.get(SMTP_PASSWORD)) !== smtpPassword;
  const changed = await retryOnConflict(async () => {
    const old = await findSettings(deps.table);
    if (old && settingsFingerprint(old.value.settings) === settingsFingerprint(settings)) return false;
    await refuseUsedFirstNumber(settings, old?.value.settings, deps);
    const warnings = smtpWarnings(settings.mail.smtp);
    const { change, head } = appendToJournal(deps.hasher, SETTINGS_PARTITION, old?.value.journal, {
      at: instant(deps.clock.now()),
      event: old ? 'settings changed' : 'settings created',
      data: {
        ...(old && { before: old.value.settings }),
        after: settings,
        ...(warnings.length > 0 && { warnings }),
      },
    });
    const record: SettingsRecord = { settings, journal: head };
    await deps.table.write([createOrReplace(SETTINGS_KEY, old, record), change]);
    return true;
  });
  if (passwordChanged) await deps.secrets.set(SMTP_PASSWORD, smtpPassword);
  if (changed || passwordChanged) await retryOnConflict(() => releaseMailing(deps));
  return { changed: changed || passwordChanged };
}

async function refuseUsedFirstNumber(
  settings: Settings,
  old: Settings | undefined,
  deps: Pick<Deps, 'table' | 'clock'>,
): Promise<void> {
  const { format, firstNumber } = settings.numbering;
  const counter = await readCounter(deps.table, rangeOf(format, berlinDay(deps.clock.now())));
  if (!counter || old?.numbering.firstNumber === firstNumber) return;
  refuse(
    `numbering.firstNumber ${firstNumber}: this year's number range ${format} is in use, its next number is ${counter.value.next}. Leave firstNumber as it was, or choose another format.`,
  );
}

async function releaseMailing(deps: Pick<Deps, 'table'>): Promise<void> {
  const hold = await readMailingHold(deps.table);
  if (hold) await deps.table.write([remove({ ...hold, key: MAILING_HOLD })]);
}
