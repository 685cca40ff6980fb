import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readSettings, SETTINGS_KEY } from '#core/repositories/settings.ts';
import { SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

it('settings that an earlier version stored get the defaults of the fields that came later', async () => {
  const { deps } = createSimulation(1).process();
  const { cc: _, whenUnknown: _when, maxMegabytes: _max, smtp, ...mail } = SETTINGS.mail;
  const { minTls: _tls, login: _login, ...oldSmtp } = smtp;
  const settings = { ...SETTINGS, mail: { ...mail, smtp: oldSmtp } };
  await deps.table.write([{ put: SETTINGS_KEY, value: { settings, journal: { length: 0, hash: '' } } }]);
  assert.deepEqual(await readSettings(deps.table), SETTINGS);
});
