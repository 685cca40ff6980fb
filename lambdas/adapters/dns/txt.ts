import { Resolver } from 'node:dns/promises';
import { Fault } from '#core/errors.ts';
import type { Dns } from '#core/ports.ts';

/** Somebody waits for the answer, and a lookup that takes longer is reported as "no answer". */
const ANSWER_MS = 2000;

/**
 * Creates a DNS client that asks a name server; the server follows aliases (CNAME).
 * @param server `127.0.0.1`, `127.0.0.1:5353` or `[::1]:5353`; `none` asks nobody; undefined uses the
 * machine's servers
 * @throws Fault `bad-settings` when `server` is not an address
 */
export function createDns(server?: string): Dns {
  if (server === 'none') return { txt: async () => 'no answer' };
  // Each question gets a resolver of its own: a shared one shortens its timeout after fast answers.
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
        // A record is split into strings of up to 255 octets, which are joined without spaces (RFC 7208
        // section 3.3).
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
