import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '#test/support/process/processes.ts';

/** A message in a mailbox. */
export interface Delivered {
  readonly mailbox: string;
  /** Of the envelope. */
  readonly sender: string;
  /** The `Received` lines of Postfix: with which protocol, cipher and login it came. */
  readonly trace: string;
  /** As it was handed over: without the lines that Postfix puts on top, its line ends as on the wire. */
  readonly bytes: Buffer;
}

/** Postfix removes a message from its queue when it is delivered, not before. */
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
