import type { Settings } from './domain/settings.ts';
import { Fault } from './errors.ts';
import type {
  Archive,
  Clock,
  Dns,
  FontCoverage,
  Hasher,
  Ids,
  Log,
  MailAccount,
  MailComposer,
  Mailer,
  Printer,
  Secrets,
  Table,
  TemplateSet,
  Templates,
  Workers,
} from './ports.ts';

/** The world as the use cases see it; `wiring/` fills it. Each use case names what it needs of it. */
export interface Deps {
  readonly table: Table;
  readonly archive: Archive;
  readonly printer: Printer;
  /**
   * The templates of a set, compiled once. @throws Fault `bad-settings` when they do not fit this version of the program,
   * `damaged` when one is gone
   */
  readonly openTemplates: (set: TemplateSet) => Promise<Templates>;
  readonly fonts: FontCoverage;
  readonly composer: MailComposer;
  /** One connection's worth of a mailer for the transport of these settings. */
  readonly openMailer: (mail: Settings['mail']) => Promise<Mailer>;
  /** Undefined for a transport without one. */
  readonly openMailAccount: (mail: Settings['mail']) => MailAccount | undefined;
  readonly dns: Dns;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly workers: Workers;
  readonly hasher: Hasher;
  readonly log: Log;
  /** Aborted when the program is asked to stop: begun work is ended, no more is begun. */
  readonly stop: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: 'customers' | 'deliveries' | 'plan' | 'documents' | 'mail';
  readonly done: number;
  /** Undefined while it is not known. */
  readonly total: number | undefined;
}

export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** @throws Fault `interrupted` when the program was asked to stop; what was begun goes on at the next start */
export function throwIfStopped(deps: Pick<Deps, 'stop'>): void {
  if (deps.stop.aborted) {
    throw new Fault(
      'interrupted',
      'Stopped. Start the same again, or `npm run serve`: it goes on from here.',
    );
  }
}
