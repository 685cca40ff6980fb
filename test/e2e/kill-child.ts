import { appendFileSync } from 'node:fs';
import type { Change } from '#core/ports.ts';
import { billOctober, cancelFirst, openData } from '#test/support/data/october.ts';
import { hookIo } from '#test/support/simulation/io.ts';

/**
 * This process bills October on the data folder in DATA_DIR, or cancels an invoice with
 * SCENARIO=cancellation. KILL=`before 12` ends it with SIGKILL before its 12th I/O call. TRACE names a file
 * that lists the calls, one in each line. PRINTER=plain prints without Chrome. DYNAMODB names the endpoint of
 * a DynamoDB whose table TABLE_NAME is used.
 */
const { KILL = '', SCENARIO, TRACE, PRINTER, DATA_DIR = '', DYNAMODB, TABLE_NAME = '' } = process.env;
const table = DYNAMODB
  ? (await import('#test/support/aws/dynamodb-table.ts')).openLocalTable(DYNAMODB, TABLE_NAME)
  : undefined;
const local = openData(DATA_DIR, PRINTER === 'plain' ? 'plain' : 'chrome', table);
let calls = 0;
const begun: number[] = [];
await (SCENARIO === 'cancellation' ? cancelFirst : billOctober)(
  hookIo(local, {
    before(call, args) {
      begun.push(++calls);
      reach(`before ${calls}`, call, args);
    },
    after(call, args) {
      // There is one thing at a time, but calls may lie within calls: the one that ends is the one begun
      // last.
      reach(`after ${begun.pop()}`, call, args);
    },
  }),
);
await local.close();
table?.close();

function reach(event: string, call: string, args: readonly unknown[]): void {
  if (TRACE) appendFileSync(TRACE, `${event} ${describe(call, args)}\n`);
  if (event === KILL) process.kill(process.pid, 'SIGKILL');
}

/** Describes a call, such as `table.write MAIL:sending` with the written items and their states. */
function describe(call: string, [changes]: readonly unknown[]): string {
  if (call !== 'table.write') return call;
  const what = (changes as readonly Change[]).flatMap((change) => {
    if (!('put' in change)) return [];
    const { state, handedOverAt } = change.value;
    const isMark = state === 'sending' && handedOverAt !== undefined;
    return [`${change.put.sort.split('#')[0]}${state ? `:${isMark ? 'handing over' : state}` : ''}`];
  });
  return `${call} ${what.join(' ')}`;
}
