import type { Deps } from '#core/deps.ts';
import type { Pictures } from '#core/ports.ts';
import { findSettings } from '#core/repositories/settings.ts';
import { importSettings } from './import-settings.ts';
import { readSettingsFile } from './settings-file.ts';
import type { LogoSources } from './settings-logo.ts';

/**
 * Replaces the settings by those of a file and makes the picture of its logo. Unchanged settings are not
 * written.
 * @param open returns the bytes of a file that the settings name, by its path as written there
 * @throws Fault `bad-settings` or `bad-input`, with nothing changed
 */
export async function importSettingsFile(
  bytes: Uint8Array,
  open: LogoSources['open'],
  deps: Pick<Deps, 'table' | 'clock' | 'hasher' | 'secrets'> & { readonly pictures: Pictures },
): Promise<{ readonly changed: boolean; readonly notices: readonly string[] }> {
  const stored = (await findSettings(deps.table))?.value.settings.pdf.logo ?? '';
  const sources = { stored, open, pictures: deps.pictures };
  const { settings, smtpPassword, notices } = await readSettingsFile(bytes, sources);
  return { ...(await importSettings(settings, smtpPassword, deps)), notices };
}
