import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '#test/support/process/processes.ts';

/** A message delivered to a mailbox. */
export interface Delivered {
  readonly mailbox: string;
  /** The sender of the envelope. */
  readonly sender: string;
  /** Postfix's `Received` lines, which show protocol, cipher and login. */
  readonly trace: string;
  /**
   * The message as it was handed over: without the lines that Postfix adds on top, with line ends as on the
   * wire.
   */
  readonly bytes: Buffer;
}

/**
 * Waits until Postfix's queue is empty, then reads all mailboxes. Postfix removes a message from the queue
 * only after delivery.
 */
export async function readMailboxes(folder: string): Promise<Delivered[]> {
  const waiting = () =>
    ['incoming', 'active', 'deferred'].some((queue) => filesOf(join(folder, 'queue', queue)).length > 0);
  await until('the queue is empty', () => !waiting());
  return readdirSync(join(folder, 'mail')).flatMap((mailbox) =>
    filesOf(join(folder, 'mail', mailbox, 'new')).map((file) => parse(mailbox, readFileSync(file))),
  );
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

function parse(mailbox: string, file: Buffer): Delivered {
  const text = file.toString('latin1');
  const top =
    /^Return-Path: <(.*)>\nDelivered-To: (.*)\n(Received: .*\n(?:[ \t].*\n)*)/.exec(text) ??
    fail(`not as Postfix delivers it: ${text.slice(0, 500)}`);
  const bytes = Buffer.from(text.slice(top[0].length).replaceAll('\n', '\r\n'), 'latin1');
  return { mailbox, sender: top[1]!, trace: top[3]!, bytes };
}

const fail = (why: string): never => {
  throw new Error(why);
};
