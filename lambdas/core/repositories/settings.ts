import { type Settings, settingsSchema } from '#core/domain/settings.ts';
import { Fault } from '#core/errors.ts';
import type { JsonObject, Key, Table } from '#core/ports.ts';
import type { JournalHead } from './journal.ts';
import { read, type Stored, sinceVersion1 } from './stored.ts';

export const SETTINGS_PARTITION = 'SETTINGS';
export const SETTINGS_KEY: Key = { partition: SETTINGS_PARTITION, sort: 'SETTINGS' };
/** The name of the only secret of this installation, which is never part of the settings that are shown. */
export const SMTP_PASSWORD = 'smtp-password';

export interface SettingsRecord {
  readonly settings: Settings;
  readonly journal: JournalHead;
}

export function upgradeSettingsRecord(value: JsonObject): SettingsRecord {
  const { settings, journal } = sinceVersion1<SettingsRecord>(value);
  return { settings: withDefaults(settings), journal };
}
/** Upgrades the settings as a run has frozen them. */
export const upgradeSettings = (value: JsonObject): Settings => withDefaults(sinceVersion1<Settings>(value));

export const findSettings = (table: Table): Promise<Stored<SettingsRecord> | undefined> =>
  read(table, SETTINGS_KEY, upgradeSettingsRecord);

/**
 * Reads the company settings.
 * @throws Fault `bad-settings` if none were given yet
 */
export async function readSettings(table: Table): Promise<Settings> {
  const found = await findSettings(table);
  if (found) return found.value.settings;
  throw new Fault(
    'bad-settings',
    'There are no company settings yet: load them first, with `npm run cli -- import settings FILE.json` or PUT /api/settings.',
  );
}

/** Fills in the defaults of settings that were added after these were stored. */
function withDefaults(settings: Settings): Settings {
  const parsed = settingsSchema.safeParse(settings);
  return parsed.success ? parsed.data : settings;
}
