import type { Deps } from '#core/deps.ts';
import type { DocumentsOnDemand } from '#core/runs/documents-on-demand.ts';
import type { TestMailReport } from './schemas/test-mail.ts';
import type { Authenticate } from './who-may-call.ts';

/** What the HTTP application needs from outside. It has no browser, so documents are made by `documents`. */
export interface HttpDeps
  extends Pick<
    Deps,
    | 'table'
    | 'archive'
    | 'openTemplates'
    | 'fonts'
    | 'openMailAccount'
    | 'dns'
    | 'secrets'
    | 'clock'
    | 'ids'
    | 'workers'
    | 'hasher'
    | 'log'
    | 'stop'
  > {
  readonly documents: DocumentsOnDemand;
  /** Makes a run go on to its end, without waiting for it. */
  readonly continueRun: (runId: string) => Promise<void>;
  /** Makes these mails be tried, without waiting for the result. */
  readonly sendMails: (mailIds: readonly string[]) => Promise<void>;
  /** Sends one test mail with the current settings. */
  readonly testMail: (address: string) => Promise<TestMailReport>;
  readonly authenticate: Authenticate;
  /**
   * Decides whether this server may be called by this host name; undefined where a gateway in front of it
   * checks that.
   */
  readonly hosts: ((host: string) => boolean) | undefined;
  /** How many calls one caller may make each second in the long run, and in a burst. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** The version of the program, from package.json. */
  readonly version: string;
  readonly deployment: 'aws' | 'one machine';
}
