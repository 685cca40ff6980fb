/**
 * This process puts files into a folder archive; `killAt: n` makes it die by SIGKILL before its nth I/O call.
 */
import { createFolderArchive } from '#adapters/folder/archive.ts';
import { answer } from '#test/support/process/child.ts';
import { watchIo } from './io-calls.ts';

export interface PutTask {
  readonly root: string;
  readonly key: string;
  readonly text: string;
  readonly killAt?: number;
}

export interface PutAnswer {
  readonly outcome: string;
  readonly sha256: string;
  readonly calls: readonly string[];
}

answer(async ({ root, key, text, killAt }: PutTask): Promise<PutAnswer> => {
  const calls: string[] = [];
  const unwatch = watchIo(({ number, name }) => {
    if (number === killAt) process.kill(process.pid, 'SIGKILL');
    calls.push(name);
  });
  const { outcome, file } = await createFolderArchive(root).putOnce(key, Buffer.from(text), {
    contentType: 'text/plain',
    metadata: { by: String(process.pid) },
  });
  unwatch();
  return { outcome, sha256: file.sha256, calls };
});
