import { Resolver } from 'node:dns/promises';
import { Fault } from '#core/errors.ts';
import type { Dns } from '#core/ports.ts';

/** Somebody waits, and what was not found out in this time is said to be so. */
const ANSWER_MS = 2000;

/**
 * Asks a name server; aliases (CNAME) are followed by it.
 * @param server `127.0.0.1`, `127.0.0.1:5353` or `[::1]:5353`; `none`: nobody is asked. Without: those of the machine
 * @throws Fault `bad-settings` for what is no address
 */
export function createDns(server?: string): Dns {
  if (server === 'none') return { txt: async () => 'no answer' };
  // One for each question: it would wait the shorter for an answer, the faster those before it came.
  const open = () => {
    const resolver = new Resolver({ timeout: ANSWER_MS, tries: 1 });
    if (server !== undefined) useServer(resolver, server);
    return resolver;
  };
  open();
  return {
    async txt(name) {
      try {
        const records = await open().resolveTxt(name);
        // A record is cut into strings of 255 octets, which belong together as they are (RFC 7208 section 3.3).
        return records.length > 0 ? records.map((strings) => strings.join('')) : 'none';
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENODATA') return 'none';
        return code === 'ENOTFOUND' ? 'no such name' : 'no answer';
      }
    },
  };
}

function useServer(resolver: Resolver, server: string): void {
  try {
    resolver.setServers([server]);
  } catch (cause) {
    throw new Fault(
      'bad-settings',
      `DNS_SERVER=${server} is not the address of a name server: give one such as 127.0.0.1 or 127.0.0.1:5353, none, or leave it out.`,
      { cause },
    );
  }
}
