import { createHash, randomBytes } from 'node:crypto';
import type { Clock, Hasher, Ids } from '#core/ports.ts';

/** Hashes with Node's own crypto, on AWS and on one machine alike. */
export const hasher: Hasher = {
  sha256: (data) => createHash('sha256').update(data).digest('hex'),
};

/** Makes ids of nine characters of time and then random ones: unique for ever, rising with time. */
export const ids: Ids = {
  next: () => Date.now().toString(36).padStart(9, '0') + randomBytes(10).toString('hex').slice(0, 15),
};

export const clockUntil = (stop: AbortSignal): Clock => ({
  now: Date.now,
  wait: (milliseconds) => wait(milliseconds, stop),
});

function wait(milliseconds: number, stop: AbortSignal): Promise<void> {
  // A turn of the event loop is taken even then, so that code that polls does not keep a second Ctrl-C from
  // being heard.
  if (stop.aborted) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    stop.addEventListener('abort', end);
  });
}
