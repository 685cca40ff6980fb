const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Decides whether a host, with or without a port, can only be reached from this machine. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK.test(host.includes('::') && !host.startsWith('[') ? `[${host}]` : host);
