import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects the garbage of this process. Each document leaves some hundred kilobytes of text and PDF behind,
 * which Node lets pile up as long as the machine has memory; beside a browser that is too much.
 */
export function collectOwnGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
