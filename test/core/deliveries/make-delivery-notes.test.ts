import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { Deps } from '#core/deps.ts';
import { bill, customerOf, loadDairy, loadNotes, noteOf, SETTINGS } from '#test/support/data/dairy.ts';
import { createSimulation, Killed } from '#test/support/simulation/simulation.ts';

/**
 * Replaces the printer by one that makes a different file each time, so that a second rendering is noticed.
 */
function countingPrinter(deps: Deps): { deps: Deps; printed: string[] } {
  const printed: string[] = [];
  const printer: Deps['printer'] = {
    ...deps.printer,
    render: async (documents) =>
      documents.map(({ name, html }) => {
        printed.push(name);
        return { ok: true, pages: 1, pdf: new TextEncoder().encode(`${html} ${printed.length}`) };
      }),
  };
  return { deps: { ...deps, printer }, printed };
}

const selection = { customer: '9' };
const folder = 'delivery-notes/2026/10';

test('a delivery note is filed once, and its file stays when settings and customers change', async () => {
  const { deps, printed } = countingPrinter(createSimulation(1).process().deps);
  await loadDairy(deps, [noteOf('L1', '9', 1), noteOf('L2', '9', 2)]);
  const first = await makeDeliveryNotes(selection, undefined, deps);
  assert.deepEqual(
    first.made.map(({ document }) => document.key),
    [`${folder}/Lieferschein-9-L1-2026-10-01.pdf`, `${folder}/Lieferschein-9-L2-2026-10-02.pdf`],
  );
  assert.deepEqual(printed, ['delivery note 2026/L1', 'delivery note 2026/L2']);

  await bill(deps);
  const moved = { ...SETTINGS, pdf: { ...SETTINGS.pdf, folders: 'none', deliveryNotePrefix: 'LS' } } as const;
  await loadDairy(deps, [], [customerOf('9', { name: 'Neuer Name' })], moved);
  assert.deepEqual(await makeDeliveryNotes(selection, undefined, deps), first);
  assert.deepEqual(
    printed.filter((name) => name.startsWith('delivery note')),
    ['delivery note 2026/L1', 'delivery note 2026/L2'],
  );
});

test('a corrected note and the other choice of prices get further files, and earlier files stay', async () => {
  const { deps } = countingPrinter(createSimulation(1).process().deps);
  await loadDairy(deps, [noteOf('L1', '9', 1)]);
  const made = async (prices?: boolean) => {
    const { made } = await makeDeliveryNotes(selection, prices, deps);
    const { key, version } = made[0]!.document;
    return [key, new TextDecoder().decode((await deps.archive.get(key, version))!.bytes)] as const;
  };
  const [plainKey, plain] = await made();
  const [pricedKey, priced] = await made(true);
  assert.deepEqual(
    [plainKey, pricedKey],
    [`${folder}/Lieferschein-9-L1-2026-10-01.pdf`, `${folder}/Lieferschein-9-L1-2026-10-01-2.pdf`],
  );
  assert.match(plain, /false\]/);
  assert.match(priced, /true\]/);
  await loadNotes(deps, [noteOf('L1', '9', 1, 11)]);
  const [corrected] = await made();
  assert.equal(corrected, `${folder}/Lieferschein-9-L1-2026-10-01-3.pdf`);
  await loadNotes(deps, [noteOf('L1', '9', 1)]);
  assert.deepEqual(await made(false), [plainKey, plain]);
  assert.deepEqual(await made(true), [pricedKey, priced]);
  assert.equal((await deps.archive.list('delivery-notes/')).length, 3);
});

test('the settings decide whether prices are shown, unless the call says otherwise', async () => {
  const { deps } = createSimulation(1).process();
  const priced = { ...SETTINGS, pdf: { ...SETTINGS.pdf, deliveryNotePrices: true } };
  await loadDairy(deps, [noteOf('L1', '9', 1)], undefined, priced);
  const prices = async (wanted?: boolean) =>
    (await makeDeliveryNotes(selection, wanted, deps)).made.map(({ document }) => document.prices);
  assert.deepEqual([await prices(), await prices(false)], [[true], [false]]);
});

test('notes that cannot be printed are named, and the others are made', async () => {
  const { deps: usual } = createSimulation(1).process();
  const printer: Deps['printer'] = {
    ...usual.printer,
    render: async (documents) =>
      (await usual.printer.render(documents)).map((result, index) =>
        documents[index]?.name.endsWith('L3') ? { ok: false, reason: 'the printer jammed' } : result,
      ),
  };
  const deps = { ...usual, printer };
  const notes = [noteOf('L1', '9', 1), noteOf('L2', '10', 1), noteOf('L3', '70', 1), noteOf('L4', '70', 1)];
  await loadDairy(deps, notes, [
    ...['9', '70'].map((number) => customerOf(number)),
    customerOf('10', { name: 'Schnee ☃' }),
  ]);
  const period = { from: '2026-10-01', to: '2026-10-31' };
  const { made, held } = await makeDeliveryNotes({ period }, undefined, deps);
  assert.deepEqual(
    made.map(({ noteId }) => noteId),
    ['2026/L1', '2026/L4'],
  );
  assert.deepEqual(held, [
    {
      noteId: '2026/L2',
      customer: '10',
      reasons: [
        'Customer 10\'s name contains "☃" (U+2603), which no font of the documents draws: replace it.',
      ],
    },
    {
      noteId: '2026/L3',
      customer: '70',
      reasons: ['Delivery note 2026/L3 could not be printed: the printer jammed'],
    },
  ]);
});

test('each note ends with one file wherever a process dies, and two processes at once agree', async () => {
  for (let at = 1; ; at++) {
    const simulation = createSimulation(at);
    const { deps } = simulation.process();
    await loadDairy(deps, [noteOf('L1', '9', 1), noteOf('L2', '9', 2)]);
    const killed = simulation.process({ at, when: 'after' });
    const died = await makeDeliveryNotes(selection, undefined, killed.deps).then(
      () => false,
      (error) => error instanceof Killed,
    );
    const others = ['a', 'b'].map(() => countingPrinter(simulation.process().deps).deps);
    const [one, two] = await Promise.all(
      others.map((other) => makeDeliveryNotes(selection, undefined, other)),
    );
    assert.deepEqual(one, two);
    for (const { document } of one!.made) {
      assert.equal((await deps.archive.get(document.key))?.file.sha256, document.sha256);
    }
    assert.equal((await deps.archive.list('delivery-notes/')).length, 2, `killed at ${at}`);
    simulation.close();
    if (!died) break;
  }
});

test('many notes are printed in batches, and the progress is reported', async () => {
  const { deps } = createSimulation(1).process();
  await loadDairy(
    deps,
    Array.from({ length: 60 }, (_, n) => noteOf(`L${n}`, '9', (n % 28) + 1)),
  );
  const steps: string[] = [];
  const { made } = await makeDeliveryNotes(selection, undefined, {
    ...deps,
    onProgress: ({ phase, done, total }) => steps.push(`${phase} ${done}/${total}`),
  });
  assert.equal(made.length, 60);
  assert.deepEqual(steps, ['documents 25/60', 'documents 50/60', 'documents 60/60']);
});
