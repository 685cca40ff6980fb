import type { Deps } from '#core/deps.ts';
import type { DocumentsOnDemand } from '#core/runs/documents-on-demand.ts';
import type { TestMailReport } from './schemas/test-mail.ts';
import type { Authenticate } from './who-may-call.ts';

/** The world as the HTTP application sees it: it has no browser, documents are made by `documents`. */
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
  /** Sees to it that a run goes on to its end, without waiting for it. */
  readonly continueRun: (runId: string) => Promise<void>;
  /** Sees to it that these mails are tried, without waiting for it. */
  readonly sendMails: (mailIds: readonly string[]) => Promise<void>;
  /** One test mail with the settings as they are. */
  readonly testMail: (address: string) => Promise<TestMailReport>;
  readonly authenticate: Authenticate;
  /** Names by which this server may be called; undefined where a gateway before it looks after that. */
  readonly hosts: ((host: string) => boolean) | undefined;
  /** Calls a second that one caller may make in the long run, and at once. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** Of the program, from package.json. */
  readonly version: string;
  readonly deployment: 'aws' | 'one machine';
}
