import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Mailing } from './mailing.ts';

export interface MailRates {
  /** Mails a second of each round: by a bare loop over nodemailer, and out of our outbox. */
  readonly rounds: readonly { readonly bare: number; readonly ours: number }[];
  /** Of the long mailing. */
  readonly memory: Mailing['memory'];
}

/**
 * Mails with two attachments of 30 KB to a server on loopback, each way in a process of its own and by turns; the server
 * is a third process. Then one long mailing, for its memory.
 */
export async function measureMailing(mails: number, rounds: number, long: number): Promise<MailRates> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'mail-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const port = String((await once(server.stdout, 'data'))[0]).trim();
    const rates: { bare: number; ours: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const bare = await mailing('bare', mails, port);
      const ours = await mailing('ours', mails, port);
      rates.push({ bare: mails / bare.seconds, ours: mails / ours.seconds });
    }
    const { memory } = await mailing('ours', long, port);
    return { rounds: rates, memory };
  } finally {
    server.stdin.end();
  }
}

async function mailing(way: 'bare' | 'ours', mails: number, port: string): Promise<Mailing> {
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
