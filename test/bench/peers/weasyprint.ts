import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Invoice } from '#core/domain/invoice.ts';
import { oneByOne, type Peer, type Skipped, type Workshop } from './peer.ts';

const SKIPPED = 'weasyprint is not installed (apt-get install weasyprint)';

/** Prints everything with one Python process, which is fed through a pipe. */
export function openWarmWeasyPrint(name: string, workshop: Workshop): Peer | Skipped {
  const command = findCommand();
  if (command === undefined) return { name, skipped: SKIPPED };
  const child = spawn(interpreterOf(command), [join(import.meta.dirname, 'print-html.py')], {
    env: environment(workshop),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const read = reader(child.stdout);
  return {
    name,
    print: (invoices) =>
      oneByOne(invoices, async (invoice) => {
        const html = Buffer.from(htmlOf(invoice, workshop));
        const length = Buffer.alloc(4);
        length.writeUInt32BE(html.length);
        child.stdin.write(Buffer.concat([length, html]));
        return read((await read(4)).readUInt32BE());
      }),
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Prints with `weasyprint - -`, which is started for each invoice. */
export function openWeasyPrintCommand(name: string, workshop: Workshop): Peer | Skipped {
  const command = findCommand();
  if (command === undefined) return { name, skipped: SKIPPED };
  return {
    name,
    print: (invoices) =>
      oneByOne(invoices, async (invoice) => {
        const child = spawn(command, ['--quiet', '-', '-'], {
          env: environment(workshop),
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        child.stdin.end(htmlOf(invoice, workshop));
        return buffer(child.stdout);
      }),
    close: async () => {},
  };
}

const STYLE = `<style>${readFileSync(join(import.meta.dirname, 'weasyprint.css'), 'utf8')}</style>`;

const htmlOf = (invoice: Invoice, workshop: Workshop) =>
  workshop.textOf(invoice).html.replace('</head>', `${STYLE}</head>`);

const environment = ({ fontConfig }: Workshop) => ({ ...process.env, FONTCONFIG_FILE: fontConfig });

const findCommand = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'weasyprint'))
    .find((path) => existsSync(path));

/** Finds the Python that has the module: the first line of the command names it. */
const interpreterOf = (command: string): string =>
  /^#!\s*(\S*python\S*)\s/.exec(readFileSync(command, 'latin1'))?.[1] ?? 'python3';

/** Reads exactly this many bytes and waits for them. */
function reader(stream: Readable): (length: number) => Promise<Buffer> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  return async (length) => {
    while (held.length < length) {
      const { value, done } = await chunks.next();
      if (done) throw new Error('WeasyPrint ended before its document did');
      held = Buffer.concat([held, value]);
    }
    const bytes = held.subarray(0, length);
    held = held.subarray(length);
    return bytes;
  };
}
