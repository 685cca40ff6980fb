import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Secrets } from '#core/ports.ts';

/** Runs the suite of what every engine of the `Secrets` port promises. */
export function secretsContract(
  name: string,
  open: () => Promise<{ secrets: Secrets; close(): Promise<void> | void }>,
): void {
  describe(`secrets contract: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let secrets: Secrets;
    before(async () => {
      opened = await open();
      secrets = opened.secrets;
    });
    after(() => opened.close());

    const newName = () => `contract-${randomUUID()}`;

    it('finds nothing under a name that was never set', async () => {
      assert.equal(await secrets.get(newName()), undefined);
      assert.equal(await secrets.get('constructor'), undefined);
    });

    it('returns the value that was set last', async () => {
      const name = newName();
      for (const value of ['first', 'pässwörd "\\ \n🥖 ', 'x'.repeat(4000)]) {
        await secrets.set(name, value);
        assert.equal(await secrets.get(name), value);
      }
    });

    it('keeps secrets apart even if they are set simultaneously', async () => {
      const names = Array.from({ length: 8 }, newName);
      await Promise.all(names.map((name) => secrets.set(name, `of ${name}`)));
      assert.deepEqual(
        await Promise.all(names.map((name) => secrets.get(name))),
        names.map((name) => `of ${name}`),
      );
    });
  });
}
