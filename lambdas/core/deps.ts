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

/**
 * Everything outside the core that use cases need, as ports; `wiring/` fills it in. Each use case picks what
 * it needs.
 */
export interface Deps {
  readonly table: Table;
  readonly archive: Archive;
  readonly printer: Printer;
  /**
   * Opens the templates of a set; each set is compiled once.
   * @throws Fault `bad-settings` if they do not fit this version of the program, `damaged` if one is missing
   */
  readonly openTemplates: (set: TemplateSet) => Promise<Templates>;
  readonly fonts: FontCoverage;
  readonly composer: MailComposer;
  /** Opens a mailer for the transport of these settings; each mailer stands for one connection. */
  readonly openMailer: (mail: Settings['mail']) => Promise<Mailer>;
  /**
   * Opens the provider's account for these settings; returns undefined for a transport that has no account.
   */
  readonly openMailAccount: (mail: Settings['mail']) => MailAccount | undefined;
  readonly dns: Dns;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly workers: Workers;
  readonly hasher: Hasher;
  readonly log: Log;
  /** Aborted when the program is asked to stop: work that has begun is finished, and no more is begun. */
  readonly stop: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: 'customers' | 'deliveries' | 'plan' | 'documents' | 'mail';
  readonly done: number;
  /** Undefined while the total is not known yet. */
  readonly total: number | undefined;
}

export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

/**
 * Lets work stop between two steps.
 * @throws Fault `interrupted` if the program was asked to stop; the next start goes on from here
 */
export function throwIfStopped(deps: Pick<Deps, 'stop'>): void {
  if (deps.stop.aborted) {
    throw new Fault(
      'interrupted',
      'Stopped. Start the same again, or `npm run serve`: it goes on from here.',
    );
  }
}
