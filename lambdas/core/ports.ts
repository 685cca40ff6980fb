/**
 * What the core asks of the world. One file an engine under `adapters/`; one contract suite a port under
 * `test/contracts/`, which every engine runs.
 */

import type { DeliveryOverview, Invoice, InvoiceFacts } from './domain/invoice.ts';
import type { Settings } from './domain/settings.ts';

/** What an item holds: plain JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

export interface Key {
  readonly partition: string;
  readonly sort: string;
}

/** `version` is an opaque token, new at each write, also for an item that was deleted and made again. */
export interface Item {
  readonly key: Key;
  readonly version: string;
  readonly value: JsonObject;
}

/** What must hold for a change, or the whole write is refused: the item is absent, is present, or was not changed since it was read. */
export type Expectation = 'absent' | 'present' | { readonly version: string };

export type Change =
  | { readonly put: Key; readonly value: JsonObject; readonly expect?: Expectation }
  | { readonly delete: Key; readonly expect?: Expectation }
  | { readonly check: Key; readonly expect: Expectation };

/** One table under all repositories. Reads are consistent: they see every write that has returned. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** In the order of the keys; any number of keys. */
  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]>;
  /** Items of one partition by their sort key, in the order of its UTF-8 bytes; `after` is exclusive. Without a limit: all of them. */
  list(
    partition: string,
    options?: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<Item[]>;
  /**
   * All or nothing. At most 100 changes, each to another item, 4 MB in all, 400 KB an item (`#core/table-limits.ts`).
   * @throws ConflictError when an expectation does not hold; Fault `too-large` beyond the limits
   */
  write(changes: readonly Change[]): Promise<void>;
}

export interface StoredFile {
  readonly key: string;
  /** Names this very content for ever: S3's version id, or the folder's SHA-256. */
  readonly version: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentType: string;
  /** As given to `putOnce`; empty for a file that somebody else laid there. Names in lower case, values ASCII. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Files that never change. The first write of a key wins. */
export interface Archive {
  /** `exists`: the key was taken, nothing was written, `file` is what lies there. */
  putOnce(
    key: string,
    bytes: Uint8Array,
    info: { readonly contentType: string; readonly metadata: Readonly<Record<string, string>> },
  ): Promise<{ readonly outcome: 'stored' | 'exists'; readonly file: StoredFile }>;
  /** @throws Fault `damaged` when the bytes are not those that were stored */
  get(
    key: string,
    version?: string,
  ): Promise<{ readonly file: StoredFile; readonly bytes: Uint8Array } | undefined>;
  /** Keys under a prefix, in order. */
  list(prefix: string): Promise<string[]>;
}

export interface Printer {
  /**
   * One result a document, in their order. A document that cannot be printed yields its reason and spoils no other.
   * The HTML is complete: styles and pictures are inside, nothing is fetched.
   */
  render(documents: readonly PrintableDocument[]): Promise<PrintResult[]>;
  close(): Promise<void>;
}
export interface PrintableDocument extends DocumentText {
  /** For errors and logs. */
  readonly name: string;
}
export interface DocumentText {
  readonly html: string;
  /**
   * Sums that are carried over from page to page, one for each element `id="row-<index>"`. The printer finds out which
   * row ends which page: there the CSS counter style `carried-forward` writes the row's `foot` for `counter(page)`,
   * and `brought-forward` its `head` on the page after it. Both write nothing where no row follows.
   */
  readonly carried?: readonly CarriedSum[];
}
export interface CarriedSum {
  readonly foot: string;
  readonly head: string;
}
export type PrintResult =
  | { readonly ok: true; readonly pdf: Uint8Array; readonly pages: number }
  | { readonly ok: false; readonly reason: string };

/** Joins PDF files to one, in their order. */
export interface PdfMerger {
  merge(files: readonly Uint8Array[], options: { readonly title: string }): Promise<Uint8Array>;
}

/** Says which characters of a text no shipped font draws; each once. */
export interface FontCoverage {
  undrawable(text: string): string[];
}

export interface Envelope {
  readonly from: string;
  /** To, cc and bcc; at least one. */
  readonly to: readonly string[];
}

/**
 * `deferred`: nobody received it, try again later. `failed`: refused for good. `held`: login, TLS or sender
 * refused, no other mail would fare better. `unknown`: the answer was lost after the hand-over.
 */
export type MailOutcome =
  | { readonly state: 'accepted'; readonly reply: string; readonly refused: readonly RefusedRecipient[] }
  | { readonly state: 'deferred' | 'failed' | 'held' | 'unknown'; readonly reason: string };
export interface RefusedRecipient {
  readonly address: string;
  readonly reply: string;
}

export interface Mailer {
  /**
   * Hands one message over. `beforeHandOver` is awaited once, at the last moment at which stopping still means
   * that nobody received it: before the server can have the whole message. It never throws for what a server
   * says or does; it throws only what `beforeHandOver` throws, and then nothing was sent.
   */
  send(envelope: Envelope, message: Uint8Array, beforeHandOver: () => Promise<void>): Promise<MailOutcome>;
  close(): Promise<void>;
}

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}
export interface OutgoingMail {
  readonly messageId: string;
  /** ISO instant. */
  readonly date: string;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly replyTo: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly {
    readonly fileName: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
  }[];
}
/** Builds the RFC 5322 message; bcc is the envelope's affair and never in it. */
export interface MailComposer {
  compose(mail: OutgoingMail): Promise<Uint8Array>;
}

export interface Secrets {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that time, or at once when the program is asked to stop. */
  wait(milliseconds: number): Promise<void>;
}

export interface Ids {
  /** Unique for ever, letters and digits, rising with time. */
  next(): string;
}

/** The processes that take work. A lease names its holder; where the dead are known, theirs need not run out. */
export interface Workers {
  readonly me: string;
  isDead(worker: string): boolean;
}

export interface Hasher {
  /** SHA-256, lower-case hex. */
  sha256(data: string | Uint8Array): string;
}

export type Log = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** Makes texts of invoices, in the customer's language; every value of the data is printed literally. */
export interface Templates {
  invoice(invoice: Invoice, options: DocumentOptions): DocumentText;
  deliveryOverview(invoice: Invoice, overview: DeliveryOverview, options: DocumentOptions): DocumentText;
  /** The covering mail of one invoice. */
  mail(content: MailContent): { readonly subject: string; readonly text: string; readonly html: string };
}
export interface DocumentOptions {
  /** Lays a watermark over it. */
  readonly draft: boolean;
  readonly pdf: Pick<Settings['pdf'], 'logo' | 'giroCode'>;
}
export interface MailContent {
  readonly invoice: InvoiceFacts;
  /** Names of the attached files, in their order. */
  readonly attachments: readonly string[];
}
