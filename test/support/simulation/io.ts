import type { Deps } from '#core/deps.ts';
import type { Queue } from '#core/ports.ts';

/** Hooks that are called around every I/O call of a process. If `before` throws, the call does not happen. */
export interface IoHook {
  before(call: string, args: readonly unknown[]): Promise<void> | void;
  after(call: string, args: readonly unknown[]): Promise<void> | void;
}

/**
 * Returns the deps with a hook around each I/O call of a run: table, archive, printer, mailer, secrets and
 * queue. The mailer's hand-over mark is a table write, and is hooked as one.
 */
export function hookIo<D extends Deps & { readonly queue?: Queue }>(deps: D, hook: IoHook): D {
  const around = <T extends object>(name: string, port: T, methods: readonly (keyof T & string)[]): T => {
    const hooked: T = { ...port };
    for (const method of methods) {
      const call = `${name}.${method}`;
      const original = port[method] as (...args: unknown[]) => Promise<unknown>;
      const replacement = async (...args: unknown[]) => {
        await hook.before(call, args);
        const result = await original(...args);
        await hook.after(call, args);
        return result;
      };
      hooked[method] = replacement as T[typeof method];
    }
    return hooked;
  };
  return {
    ...deps,
    table: around('table', deps.table, ['get', 'getMany', 'list', 'write']),
    archive: around('archive', deps.archive, ['putOnce', 'get', 'list']),
    printer: around('printer', deps.printer, ['render']),
    secrets: around('secrets', deps.secrets, ['get', 'set']),
    ...(deps.queue && { queue: around('queue', deps.queue, ['wake']) }),
    openMailer: async (mail) => around('mailer', await deps.openMailer(mail), ['send']),
  };
}
