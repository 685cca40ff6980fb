import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '#core/errors.ts';
import { printInParts } from '#core/invoices/print-in-parts.ts';
import type { PdfMerger } from '#core/ports.ts';
import { readSettings } from '#core/repositories/settings.ts';
import { runReport } from '#core/runs/run-report.ts';
import { importSettings } from '#core/settings/import-settings.ts';
import { bill, customerOf, loadDairy, noteOf } from '#test/support/data/dairy.ts';
import { createSimulation } from '#test/support/simulation/simulation.ts';

/** Joins files line by line; the documents of the simulated printer are the invoices as JSON. */
const joining = (titles: string[]): PdfMerger => ({
  async merge(groups, { title }) {
    titles.push(title);
    return Buffer.concat(groups.flat().flatMap((one) => [one, Buffer.from('\n')]));
  },
});

const numbersIn = (file: Uint8Array) =>
  Buffer.from(file)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line)[0].number);

async function dairy(onPaper: number) {
  const simulation = createSimulation(1);
  const { deps } = simulation.process();
  const customers = Array.from({ length: onPaper + 1 }, (_, index) =>
    customerOf(String(index + 1), { invoiceByMail: index === onPaper }),
  );
  await loadDairy(
    deps,
    customers.map(({ number }) => noteOf(`L${number}`, number, 1)),
    customers,
  );
  const { run } = await bill(deps);
  const titles: string[] = [];
  return { simulation, titles, run, deps: { ...deps, merger: joining(titles) } };
}

const fileOf = async (key: string, { archive }: Awaited<ReturnType<typeof dairy>>['deps']) =>
  (await archive.get(key))!.bytes;

describe('the paper post of a run in parts', () => {
  it('the parts are filed in customer order under keys of their own, and their invoices count as printed', async () => {
    const { titles, run, deps } = await dairy(260);
    const keys = await printInParts(run, deps);
    assert.equal(keys.length, 2);
    for (const [index, key] of keys.entries()) {
      assert.match(key, new RegExp(`^print/${run}/[0-9a-f]+/${run}-${index + 1}-of-2\\.pdf$`));
    }
    assert.deepEqual(titles, [`Run ${run}, part 1 of 2`, `Run ${run}, part 2 of 2`]);
    const parts = await Promise.all(keys.map(async (key) => numbersIn(await fileOf(key, deps))));
    assert.deepEqual([parts[0]!.length, parts[1]!.length], [250, 10]);
    const expected = Array.from({ length: 260 }, (_, index) => `2026${String(index + 1).padStart(6, '0')}`);
    assert.deepEqual(parts.flat(), expected, 'all that is on paper, in the order of the customers');
    assert.deepEqual((await runReport(run, deps)).delivery, { printed: 260, accepted: 1 });
  });

  it('the filed parts are found again, and new ones are made when the post or the duplex setting changes', async () => {
    const { run, titles, deps } = await dairy(3);
    const first = await printInParts(run, deps);
    assert.deepEqual(
      first.map((key) => key.split('/').at(-1)),
      [`${run}.pdf`],
    );
    assert.deepEqual(await printInParts(run, deps), first);
    assert.equal(titles.length, 1);
    const settings = await readSettings(deps.table);
    const duplex = { ...settings.pdf, duplex: !settings.pdf.duplex };
    await importSettings({ ...settings, pdf: duplex }, undefined, deps);
    assert.notDeepEqual(await printInParts(run, deps), first);
    assert.equal(titles.length, 2);
  });

  it('invoices count as printed when an earlier call was cut off between filing and marking', async () => {
    const { run, titles, deps } = await dairy(3);
    const table: typeof deps.table = {
      ...deps.table,
      write: async () => {
        throw new Fault('unavailable', 'cut off');
      },
    };
    await assert.rejects(printInParts(run, { ...deps, table }), { code: 'unavailable' });
    assert.deepEqual((await runReport(run, deps)).delivery, { 'to print': 3, accepted: 1 });
    await printInParts(run, deps);
    assert.deepEqual((await runReport(run, deps)).delivery, { printed: 3, accepted: 1 });
    assert.equal(titles.length, 1);
  });

  it('there are no parts where all goes by mail, and an unknown run is a fault', async () => {
    const { run, deps } = await dairy(0);
    assert.deepEqual(await printInParts(run, deps), []);
    await assert.rejects(printInParts('nowhere', deps), { code: 'not-found' });
  });

  it('printing stops between two parts when the time is up, and only filed parts count as printed', async () => {
    const { run, titles, deps } = await dairy(260);
    let filed = 0;
    const archive: typeof deps.archive = {
      ...deps.archive,
      async putOnce(...args) {
        filed++;
        return deps.archive.putOnce(...args);
      },
    };
    const stop = {
      get aborted() {
        return filed > 0;
      },
    } as AbortSignal;
    await assert.rejects(
      printInParts(run, { ...deps, archive, stop }),
      (error) => error instanceof Fault && error.code === 'interrupted',
    );
    assert.deepEqual((await runReport(run, deps)).delivery, { printed: 250, 'to print': 10, accepted: 1 });
    assert.equal((await printInParts(run, deps)).length, 2);
    assert.equal(titles.length, 2, 'the first part was not made again');
  });
});
