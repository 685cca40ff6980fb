import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ConflictError } from '#core/errors.ts';
import type { Change, Item, JsonObject, Key, Table } from '#core/ports.ts';
import { TABLE_LIMITS } from '#core/table-limits.ts';

/**
 * Sort keys in the order of their UTF-8 bytes, which differs from that of UTF-16 (U+FFFF, emoji) and of a
 * dictionary.
 */
const ORDERED = [
  '!',
  '#',
  '10',
  '9',
  'A',
  'B',
  'a',
  'a#1',
  'ab',
  'b',
  'Ä',
  'ß',
  'ä',
  '\ud7ff',
  '\uffff',
  '🥖',
  '🥨',
];

/**
 * Runs the suite of what every engine of the `Table` port promises. All tests share one table; each has its
 * own partitions.
 */
export function tableContract(
  name: string,
  open: () => Promise<{ table: Table; close(): Promise<void> | void }>,
): void {
  describe(`table contract: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let table: Table;
    before(async () => {
      opened = await open();
      table = opened.table;
    });
    after(() => opened.close());

    const partition = () => `P#${randomUUID()}`;
    const newKey = (sort = 'ITEM'): Key => ({ partition: partition(), sort });
    const put = (key: Key, value: JsonObject = {}) => table.write([{ put: key, value }]);
    const sorts = (items: readonly Item[]) => items.map((item) => item.key.sort);
    const conflictAt = (key: Key) => (error: unknown) => {
      assert.ok(error instanceof ConflictError);
      assert.equal(error.at, `${key.partition}/${key.sort}`);
      return true;
    };
    const fault = (code: string) => ({ name: 'Fault', code });

    it('returns a value as it was put, without its undefined members', async () => {
      const key = newKey('größe 🥖 "\\');
      const value = {
        text: 'Brötchen "Spezial" \\ \n\t\u0000 🥨',
        empty: '',
        list: [1, -2.5, [], {}, null, 'x'],
        number: Number.MAX_SAFE_INTEGER,
        nested: { no: false, yes: true, none: null, deep: { gone: undefined, kept: 0 } },
      };
      await table.write([{ put: key, value: { ...value, gone: undefined } }]);
      const item = await table.get(key);
      assert.deepEqual(item?.key, key);
      assert.deepEqual(item?.value, {
        ...value,
        nested: { ...value.nested, deep: { kept: 0 } },
      });
      assert.ok(item.version.length > 0);
    });

    it('finds nothing under a key that was never put', async () => {
      assert.equal(await table.get(newKey()), undefined);
      assert.deepEqual(await table.list(partition()), []);
      assert.deepEqual(await table.getMany([]), []);
    });

    it('replaces an item as a whole and gives it a new version each time', async () => {
      const key = newKey();
      const versions = new Set<string>();
      for (const value of [{ a: 1, b: 2 }, { c: 3 }, { c: 3 }]) {
        await put(key, value);
        const item = await table.get(key);
        assert.deepEqual(item?.value, value);
        versions.add(item.version);
      }
      assert.equal(versions.size, 3);
    });

    it('deletes an item, and accepts the deletion of one that does not exist', async () => {
      const key = newKey();
      await put(key);
      await table.write([{ delete: key }]);
      assert.equal(await table.get(key), undefined);
      await table.write([{ delete: key }]);
    });

    for (const kind of ['put', 'delete', 'check'] as const) {
      for (const there of [true, false]) {
        for (const expectation of ['absent', 'present', 'its version', 'an old version'] as const) {
          const holds =
            expectation === (there ? 'present' : 'absent') || (there && expectation === 'its version');
          it(`${holds ? 'accepts' : 'refuses'} a ${kind} of an item that is ${there ? 'present' : 'absent'} with the expectation "${expectation}"`, async () => {
            const key = newKey();
            await put(key, { old: true });
            const old = (await table.get(key))!.version;
            await table.write(there ? [{ put: key, value: { now: true } }] : [{ delete: key }]);
            const found = await table.get(key);
            const expect =
              expectation === 'absent' || expectation === 'present'
                ? expectation
                : { version: expectation === 'its version' && found ? found.version : old };
            const change: Change =
              kind === 'put'
                ? { put: key, value: { next: true }, expect }
                : kind === 'delete'
                  ? { delete: key, expect }
                  : { check: key, expect };
            if (!holds) {
              await assert.rejects(table.write([change]), conflictAt(key));
              assert.deepEqual(await table.get(key), found);
              return;
            }
            await table.write([change]);
            const left = await table.get(key);
            if (kind === 'check') assert.deepEqual(left, found);
            else assert.deepEqual(left?.value, kind === 'put' ? { next: true } : undefined);
          });
        }
      }
    }

    it('gives a new version to an item that was deleted and put again', async () => {
      const key = newKey();
      await put(key, { same: 1 });
      const first = (await table.get(key))!;
      await table.write([{ delete: key }]);
      await put(key, { same: 1 });
      assert.notEqual((await table.get(key))!.version, first.version);
      await assert.rejects(
        table.write([{ put: key, value: {}, expect: { version: first.version } }]),
        conflictAt(key),
      );
    });

    it('applies nothing of a refused write and names the first expectation that failed', async () => {
      const p = partition();
      const at = (sort: string): Key => ({ partition: p, sort });
      await table.write(['kept', 'changed', 'third'].map((sort) => ({ put: at(sort), value: { sort } })));
      const before = await table.list(p);
      const write = table.write([
        { put: at('changed'), value: { sort: 'other' } },
        { put: at('new'), value: {} },
        { delete: at('kept') },
        { put: at('missing'), value: {}, expect: 'present' },
        { check: at('third'), expect: 'absent' },
      ]);
      await assert.rejects(write, conflictAt(at('missing')));
      assert.deepEqual(await table.list(p), before);
    });

    it('changes several partitions in one write', async () => {
      const keys = [newKey(), newKey(), newKey()];
      await table.write(keys.map((key, index) => ({ put: key, value: { index } })));
      const found = await table.getMany(keys);
      assert.deepEqual(
        found.map((item) => item?.value),
        [{ index: 0 }, { index: 1 }, { index: 2 }],
      );
    });

    it('reads many items in the order of the keys, including missing and repeated ones', async () => {
      const p = partition();
      const keys = Array.from({ length: 250 }, (_, index) => ({ partition: p, sort: `N#${index}` }));
      const some = keys.filter((_, index) => index % 3 !== 0);
      for (let from = 0; from < some.length; from += 100) {
        await table.write(
          some.slice(from, from + 100).map((key) => ({ put: key, value: { sort: key.sort } })),
        );
      }
      const wanted = [...keys.toReversed(), keys[1]!, keys[0]!, keys[1]!];
      const found = await table.getMany(wanted);
      assert.deepEqual(
        found.map((item) => item?.value),
        wanted.map(({ sort }) => (Number(sort.slice(2)) % 3 === 0 ? undefined : { sort })),
      );
      assert.deepEqual(found[0], await table.get(wanted[0]!));
    });

    it('lists items in the order of the UTF-8 bytes of their sort keys', async () => {
      const p = partition();
      await table.write(
        ORDERED.toReversed().map((sort) => ({ put: { partition: p, sort }, value: { sort } })),
      );
      const items = await table.list(p);
      assert.deepEqual(sorts(items), ORDERED);
      assert.deepEqual(items[3], await table.get({ partition: p, sort: ORDERED[3]! }));
      for (const [index, sort] of ORDERED.entries()) {
        assert.deepEqual(sorts(await table.list(p, { after: sort })), ORDERED.slice(index + 1));
      }
    });

    it('lists the items of one partition only', async () => {
      const p = partition();
      await put({ partition: p, sort: 'a' });
      await put({ partition: `${p}a`, sort: 'a' });
      await put({ partition: p.slice(0, -1), sort: 'a' });
      assert.equal((await table.list(p)).length, 1);
    });

    it('lists the items with a prefix, whatever characters it contains', async () => {
      const p = partition();
      const top = '\u{10ffff}';
      const prefixes = [
        'N',
        'N#',
        'N%',
        'n_',
        'ä',
        '\ud7ff',
        '\uffff',
        '🥖',
        top,
        `x${top}`,
        `x${top}${top}`,
      ];
      const others = ['M', 'O', 'n', 'nX', 'x', 'y', '🥗', '🥘'];
      const all = [...prefixes.flatMap((prefix) => [prefix, `${prefix}!`, `${prefix}${top}`]), ...others];
      await table.write([...new Set(all)].map((sort) => ({ put: { partition: p, sort }, value: {} })));
      for (const prefix of ['', ...prefixes, 'nothing']) {
        const expected = sorts(await table.list(p)).filter((sort) => sort.startsWith(prefix));
        assert.deepEqual(sorts(await table.list(p, { prefix })), expected, prefix);
      }
    });

    it('lists pages that start behind "after", which need not exist, and hold at most "limit" items', async () => {
      const p = partition();
      const of = (prefix: string) =>
        Array.from({ length: 23 }, (_, n) => `${prefix}${String(n).padStart(2, '0')}`);
      await table.write(
        [...of('A#'), ...of('B#'), ...of('C#')].map((sort) => ({ put: { partition: p, sort }, value: {} })),
      );
      for (const limit of [1, 5, 23, 24, 1000]) {
        const seen: string[] = [];
        for (let after = ''; ; ) {
          const page = sorts(await table.list(p, { prefix: 'B#', after, limit }));
          assert.ok(page.length <= limit);
          seen.push(...page);
          assert.ok(seen.length <= 23, 'a page came twice');
          if (page.length < limit) break;
          after = page.at(-1)!;
        }
        assert.deepEqual(seen, of('B#'));
      }
      assert.deepEqual(sorts(await table.list(p, { prefix: 'B#', after: 'B#055', limit: 1 })), ['B#06']);
      assert.deepEqual(sorts(await table.list(p, { prefix: 'B#', after: 'A#', limit: 1 })), ['B#00']);
      assert.deepEqual(await table.list(p, { prefix: 'B#', after: 'C#' }), []);
      assert.deepEqual(sorts(await table.list(p, { after: 'A#22', limit: 2 })), ['B#00', 'B#01']);
    });

    it('lists backwards from the last item, and continues behind the end of the previous page', async () => {
      const p = partition();
      const all = [...ORDERED, 'B#00', 'B#01', 'B#02', 'C#00', `C#${'\u{10ffff}'}`];
      await table.write(all.map((sort) => ({ put: { partition: p, sort }, value: {} })));
      for (const prefix of ['', 'B#', 'C#', 'nothing']) {
        const expected = sorts(await table.list(p, { prefix })).reverse();
        assert.deepEqual(sorts(await table.list(p, { prefix, backwards: true })), expected);
        for (const [index, after] of expected.entries()) {
          const page = sorts(await table.list(p, { prefix, after, limit: 2, backwards: true }));
          assert.deepEqual(page, expected.slice(index + 1, index + 3), after);
        }
      }
      const from = async (after: string) =>
        sorts(await table.list(p, { prefix: 'B#', after, backwards: true }));
      assert.deepEqual(await from('C#'), ['B#02', 'B#01', 'B#00']);
      assert.deepEqual(await from('B#011'), ['B#01', 'B#00']);
      assert.deepEqual(await from('B#00'), []);
      assert.deepEqual(await from('A#'), []);
    });

    it('accepts a write of 100 changes and refuses one of 101', async () => {
      const p = partition();
      const changes = (count: number): Change[] =>
        Array.from({ length: count }, (_, n) => ({ put: { partition: p, sort: `${n}` }, value: { n } }));
      await assert.rejects(table.write(changes(TABLE_LIMITS.changes + 1)), fault('too-large'));
      assert.deepEqual(await table.list(p), []);
      await table.write(changes(TABLE_LIMITS.changes));
      assert.equal((await table.list(p)).length, TABLE_LIMITS.changes);
    });

    it('accepts items near 400 KB and writes near 4 MB, and lists all of them', async () => {
      const p = partition();
      const big = (bytes: number) => ({ text: 'ü'.repeat(bytes / 2), more: [1, 2, 3] });
      const at = (n: number): Key => ({ partition: p, sort: `${n}`.padStart(2, '0') });
      const ten = Array.from({ length: 10 }, (_, n) => ({ put: at(n), value: big(409_000) }));
      await table.write(ten);
      await put(at(10), big(409_000));
      const items = await table.list(p);
      assert.equal(items.length, 11);
      for (const item of items) assert.deepEqual(item.value, big(409_000));
      assert.equal((await table.getMany(items.map((item) => item.key))).filter(Boolean).length, 11);

      await assert.rejects(put(at(11), big(410_000)), fault('too-large'));
      const eleven = Array.from({ length: 11 }, (_, n) => ({ put: at(n + 20), value: big(409_000) }));
      await assert.rejects(table.write(eleven), fault('too-large'));
      assert.equal((await table.list(p)).length, 11);
    });

    it('accepts partition keys up to 2048 and sort keys up to 1024 bytes, and refuses longer and empty ones', async () => {
      const id = partition();
      const long = (bytes: number) => id + 'ü'.repeat((bytes - id.length) / 2);
      const key = { partition: long(2048), sort: long(1024) };
      await put(key, { long: true });
      assert.deepEqual((await table.get(key))?.value, { long: true });
      assert.equal((await table.list(key.partition, { prefix: key.sort })).length, 1);
      for (const [bad, code] of [
        [{ ...key, partition: `${key.partition}x` }, 'too-large'],
        [{ ...key, sort: `${key.sort}x` }, 'too-large'],
        [{ ...key, partition: '' }, 'bad-input'],
        [{ ...key, sort: '' }, 'bad-input'],
      ] as const) {
        await assert.rejects(put(bad), fault(code));
        await assert.rejects(table.get(bad), fault(code));
        await assert.rejects(table.getMany([key, bad]), fault(code));
      }
    });

    it('refuses a write that changes an item twice, and a write without changes', async () => {
      const key = newKey();
      await assert.rejects(table.write([{ put: key, value: {} }, { delete: key }]), fault('bad-input'));
      await assert.rejects(table.write([]), fault('bad-input'));
      assert.equal(await table.get(key), undefined);
    });

    it('returns the version that a write gave to the items it put', async () => {
      const [one, two] = [newKey(), newKey()];
      const version = await table.write([one, two].map((key) => ({ put: key, value: {} })));
      for (const key of [one, two]) assert.equal((await table.get(key))?.version, version);
      await table.write([{ put: one, value: {}, expect: { version } }]);
      await assert.rejects(table.write([{ delete: one, expect: { version } }]), conflictAt(one));
    });

    it('lets exactly one of many simultaneous writers win', async () => {
      const key = newKey();
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, writer) =>
          table.write([
            { put: key, value: { writer }, expect: 'absent' },
            { put: { ...key, sort: `W#${writer}` }, value: {} },
          ]),
        ),
      );
      const winners = results.flatMap((result, writer) => (result.status === 'fulfilled' ? [writer] : []));
      assert.equal(winners.length, 1);
      for (const result of results) if (result.status === 'rejected') conflictAt(key)(result.reason);
      assert.deepEqual((await table.get(key))?.value, { writer: winners[0] });
      assert.deepEqual(sorts(await table.list(key.partition, { prefix: 'W#' })), [`W#${winners[0]}`]);
    });

    it('loses no update when writers read again and retry after a conflict', async () => {
      const [one, two] = [newKey(), newKey()];
      await table.write([one, two].map((key) => ({ put: key, value: { count: 0 } })));
      const add = async (): Promise<void> => {
        const items = await table.getMany([one, two]);
        try {
          await table.write(
            items.map((item) => ({
              put: item!.key,
              value: { count: (item!.value.count as number) + 1 },
              expect: { version: item!.version },
            })),
          );
        } catch (error) {
          assert.ok(error instanceof ConflictError);
          return add();
        }
      };
      await Promise.all(Array.from({ length: 10 }, add));
      const counts = (await table.getMany([one, two])).map((item) => item?.value.count);
      assert.deepEqual(counts, [10, 10]);
    });
  });
}
