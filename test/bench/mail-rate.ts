import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Mailing } from './mailing.ts';

export interface MailRates {
  /** Mails a second in each round, for each way of `mailing.ts`. */
  readonly rounds: readonly { readonly bare: number; readonly wire: number; readonly ours: number }[];
  /** The memory during the long mailing. */
  readonly memory: Mailing['memory'];
}

/**
 * Measures mails with two attachments of 30 KB to a server on the loopback. The ways take turns, each in a
 * process of its own, and the server is a third process. One long mailing follows, to measure its memory.
 */
export async function measureMailing(mails: number, rounds: number, long: number): Promise<MailRates> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'mail-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const port = String((await once(server.stdout, 'data'))[0]).trim();
    const rate = async (way: Way) => mails / (await mailing(way, mails, port)).seconds;
    const rates: MailRates['rounds'][number][] = [];
    for (let round = 0; round < rounds; round++) {
      rates.push({ bare: await rate('bare'), wire: await rate('wire'), ours: await rate('ours') });
    }
    const { memory } = await mailing('ours', long, port);
    return { rounds: rates, memory };
  } finally {
    server.stdin.end();
  }
}

type Way = 'bare' | 'wire' | 'ours';

async function mailing(way: Way, mails: number, port: string): Promise<Mailing> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const child = spawn(
      process.execPath,
      [
        ...['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning'],
        ...[join(import.meta.dirname, 'mailing.ts'), way, String(mails)],
      ],
      { env: { ...process.env, DATA_DIR: folder, PORT: port }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    return JSON.parse(await text(child.stdout));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
