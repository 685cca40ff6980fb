/**
 * The ports of the core: what it needs from outside. Each technology has its folder under `adapters/`, and
 * each port has one contract suite under `test/contracts/`, which every engine runs.
 */

import type { Customer } from './domain/customer.ts';
import type { DeliveryNote } from './domain/delivery-note.ts';
import type { DeliveryOverview, Invoice, InvoiceFacts } from './domain/invoice.ts';
import type { Picture, PixelSize } from './domain/picture.ts';
import type { Settings } from './domain/settings.ts';

/** What an item may hold: plain JSON. */
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

/**
 * An item of the table. `version` is an opaque token that is new at each write, also if the item was deleted
 * and created again.
 */
export interface Item {
  readonly key: Key;
  readonly version: string;
  readonly value: JsonObject;
}

/**
 * What must hold of an item, or the whole write is refused: it is absent, it is present, or it is unchanged
 * since it was read.
 */
export type Expectation = 'absent' | 'present' | { readonly version: string };

export type Change =
  | { readonly put: Key; readonly value: JsonObject; readonly expect?: Expectation }
  | { readonly delete: Key; readonly expect?: Expectation }
  | { readonly check: Key; readonly expect: Expectation };

/** The one table under all repositories. Reads are consistent: they see every write that has returned. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** Reads any number of items and returns them in the order of the keys. */
  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]>;
  /**
   * Lists the items of one partition in the order of the UTF-8 bytes of their sort keys, or `backwards`.
   * `after` is exclusive and counts in the direction of the list. Without a limit, all items are listed.
   */
  list(
    partition: string,
    options?: {
      readonly prefix?: string;
      readonly after?: string;
      readonly limit?: number;
      readonly backwards?: boolean;
    },
  ): Promise<Item[]>;
  /**
   * Writes all changes or none: at most 100, each to another item, 4 MB in all, 400 KB an item
   * (`#core/table-limits.ts`).
   * @returns the version that every item put by this write has now
   * @throws ConflictError if an expectation does not hold; Fault `too-large` beyond the limits
   */
  write(changes: readonly Change[]): Promise<string>;
}

export interface StoredFile {
  readonly key: string;
  /** Names exactly this content for ever: S3's version id, or the SHA-256 in a folder. */
  readonly version: string;
  readonly size: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly contentType: string;
  /**
   * As given to `putOnce`; empty for a file that was put there by hand. Names are lower-case, values are
   * ASCII.
   */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Files that never change: the first write of a key wins. */
export interface Archive {
  /**
   * Files bytes under a key unless the key is taken. `exists`: it was taken, nothing was written, and `file`
   * is what is there.
   */
  putOnce(
    key: string,
    bytes: Uint8Array,
    info: { readonly contentType: string; readonly metadata: Readonly<Record<string, string>> },
  ): Promise<{ readonly outcome: 'stored' | 'exists'; readonly file: StoredFile }>;
  /**
   * Reads a file.
   * @throws Fault `damaged` if the bytes are not those that were stored
   */
  get(
    key: string,
    version?: string,
  ): Promise<{ readonly file: StoredFile; readonly bytes: Uint8Array } | undefined>;
  /** Lists the keys that begin with a prefix, in order. */
  list(prefix: string): Promise<string[]>;
}

export interface Printer {
  /**
   * Prints each document and returns one result for each, in their order. A document that cannot be printed
   * yields its reason and spoils no other. The HTML must be complete, with styles and pictures inside:
   * nothing is fetched.
   */
  render(documents: readonly PrintableDocument[]): Promise<PrintResult[]>;
  close(): Promise<void>;
}
export interface PrintableDocument extends DocumentText {
  /** Names the document in errors and logs. */
  readonly name: string;
}
export interface DocumentText {
  readonly html: string;
  /**
   * Sums carried forward from page to page, one for each element `id="row-<index>"`. Only the printer knows
   * which row ends which page: there the CSS counter style `carried-forward` writes the row's `foot` for
   * `counter(page)`, and `brought-forward` writes its `head` on the next page. Both write nothing if no row
   * follows.
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

export interface PdfMerger {
  /**
   * Joins PDF files into one, in their order. The files of a group belong together; with `duplex` each group
   * begins on an odd page, so that no sheet shows two groups. Where needed, a blank page is inserted, as
   * large as the page before it.
   */
  merge(
    groups: readonly (readonly Uint8Array[])[],
    options: { readonly title: string; readonly duplex: boolean },
  ): Promise<Uint8Array>;
}

/** Makes pictures safe to store and to print. */
export interface Pictures {
  /**
   * Decodes a picture and encodes only what one sees of it: nothing else of the file survives, and nothing is
   * fetched for it. A raster picture is made smaller if it does not fit the box (in pixels), but never
   * larger; an SVG fills the box. Proportions are kept. The same picture always gives the same bytes.
   * @throws Fault `bad-input` for a picture that cannot be decoded or shows nothing
   */
  toPng(picture: Picture, box: PixelSize): Promise<Uint8Array>;
}

/**
 * Knows which characters the shipped fonts can draw; `undrawable` returns each character that none of them
 * draws, once.
 */
export interface FontCoverage {
  undrawable(text: string): string[];
}

export interface Envelope {
  readonly from: string;
  /** To, cc and bcc together; at least one. */
  readonly to: readonly string[];
  /**
   * Names the mail in what a transport reports about it later; SMTP reports nothing. Letters, digits, `-` and
   * `_`.
   */
  readonly tag?: string;
}

/**
 * What became of one attempt to send. `deferred`: nobody received it, try again later. `failed`: refused for
 * good. `held`: login, TLS or sender was refused, so that no other mail would fare better. `unknown`: the
 * answer was lost after the hand-over. `refused` lists recipients that the server refused one by one, before
 * the hand-over.
 */
export type MailOutcome =
  | { readonly state: 'accepted'; readonly reply: string; readonly refused: readonly RefusedRecipient[] }
  | {
      readonly state: 'deferred' | 'failed' | 'unknown';
      readonly reason: string;
      readonly refused?: readonly RefusedRecipient[];
    }
  | { readonly state: 'held'; readonly reason: string };
export interface RefusedRecipient {
  readonly address: string;
  readonly reply: string;
  /** Whether a later attempt may succeed (reply code 4yz, RFC 5321 section 4.2.1). */
  readonly temporary: boolean;
}

export interface Mailer {
  /**
   * Hands one message over. `beforeHandOver` is awaited once, before the server can have the whole message:
   * the last moment at which stopping still means that nobody received it. Whatever the server says or does
   * is an outcome, not an error: `send` throws only what `beforeHandOver` throws, and then nothing was sent.
   */
  send(envelope: Envelope, message: Uint8Array, beforeHandOver: () => Promise<void>): Promise<MailOutcome>;
  close(): Promise<void>;
}

/** The sending account at a mail provider. One's own mail server has no such account. */
export interface MailAccount {
  /**
   * Reads how much the account may send.
   * @throws Fault `unavailable`
   */
  quota(): Promise<MailQuota>;
  /**
   * Returns those of the addresses that the provider sends nothing to, each with the reason.
   * @throws Fault `unavailable`
   */
  suppressed(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Allows sending to an address again; does nothing if it is not suppressed.
   * @throws Fault `unavailable`
   */
  lift(address: string): Promise<void>;
  /**
   * Returns what keeps mails of this sender from being sent or trusted, one sentence each.
   * @throws Fault `unavailable`
   */
  senderProblems(address: string): Promise<readonly string[]>;
}
export interface MailQuota {
  readonly perSecond: number;
  /** Recipients allowed in 24 hours, and how many of them are used up; undefined if there is no limit. */
  readonly day: { readonly limit: number; readonly used: number } | undefined;
}

/** Looks up TXT records in the domain name system. */
export interface Dns {
  /**
   * Returns each record as one text. `none`: the name exists but has no such records. `no such name`: neither
   * the name nor any below it exists (RFC 8020). `no answer`: there is no name server, or it does not answer.
   */
  txt(name: string): Promise<readonly string[] | 'none' | 'no such name' | 'no answer'>;
}

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}
export interface OutgoingMail {
  readonly messageId: string;
  /** An ISO 8601 instant. */
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
  /**
   * Pictures that the HTML shows as `cid:<contentId>` (RFC 2392); mail programs do not list them as
   * attachments.
   */
  readonly inline?: readonly {
    readonly contentId: string;
    readonly fileName: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
  }[];
}
/** Builds the RFC 5322 message. Bcc belongs to the envelope and is never written into it. */
export interface MailComposer {
  compose(mail: OutgoingMail): Promise<Uint8Array>;
}

export interface Secrets {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** Says where to go on with work. A message only says what to look at; the table says what there is to do. */
export type Wake =
  /**
   * Goes on with a run from where it stands. `turn` is the run's count of turns and asks for the next one,
   * which is taken only once, whatever arrives twice or late. Without `turn`, the run goes on only if it is
   * overdue. With `after`, it is only checked whether the documents of the customers after this one are made.
   */
  | { readonly kind: 'run'; readonly id: string; readonly turn?: number; readonly after?: string }
  /** Makes the documents of these customers of a run. */
  | { readonly kind: 'documents'; readonly run: string; readonly customers: readonly string[] }
  | { readonly kind: 'mail'; readonly id: string };

export interface Queue {
  /**
   * Puts calls into their queues. They may arrive late, several times, in any order, or never: everything
   * that waits has a due item in the table, which `sweep` finds.
   */
  wake(calls: readonly Wake[], options?: { readonly delaySeconds?: number }): Promise<void>;
}

export interface Clock {
  /** Returns milliseconds since 1970. */
  now(): number;
  /** Waits that long, or until the program is asked to stop, whichever comes first. */
  wait(milliseconds: number): Promise<void>;
}

export interface Ids {
  /** Returns an id of letters and digits that is unique for ever; ids rise with time. */
  next(): string;
}

/**
 * The processes that take work. A lease names its holder; where dead processes are known, nobody waits for
 * their leases to run out.
 */
export interface Workers {
  readonly me: string;
  isDead(worker: string): boolean;
}

export interface Hasher {
  /** Returns the SHA-256 in lower-case hexadecimal digits. */
  sha256(data: string | Uint8Array): string;
}

export type Log = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/**
 * Files of templates and labels by their paths in the templates folder, such as `invoice.hbs` or
 * `labels/fr.json`. One's own file replaces the shipped file at that path.
 */
export type TemplateFiles = Readonly<Record<string, string>>;

/**
 * One's own template files by path, each with the SHA-256 under which the archive has it. An empty set means
 * the shipped templates as they are.
 */
export type TemplateSet = Readonly<Record<string, string>>;

/** Reads templates, tries them on samples, and fills them in. */
export interface TemplateEngine {
  /**
   * Checks files before they are put in force: each is read and filled with samples in every language.
   * Returns them without those that equal the shipped ones.
   * @param over other files of one's own, on top of which these are laid
   * @throws Fault `bad-input` with every error: file, line, reason
   */
  accept(given: Readonly<Record<string, Uint8Array>>, over?: TemplateFiles): TemplateFiles;
  /**
   * Opens files that were accepted before.
   * @throws Fault `bad-settings` if another version of the program accepted them and they do not fit this one
   */
  open(own: TemplateFiles): Templates;
}

/**
 * Writes the texts of invoices in the customer's language; every value of the data is printed literally.
 * Refusing a language without labels is up to the caller: here, English is written instead.
 */
export interface Templates {
  /** ISO 639-1 codes of the languages that have labels, sorted. */
  readonly languages: readonly string[];
  /** Returns a word or sentence of the label file by its dotted name. */
  label(language: string, name: string): string;
  invoice(invoice: Invoice, options: DocumentOptions): DocumentText;
  deliveryOverview(invoice: Invoice, overview: DeliveryOverview, options: DocumentOptions): DocumentText;
  deliveryNote(note: DeliveryNote, options: DeliveryNoteOptions): DocumentText;
  /** Writes the covering mail of one invoice. */
  mail(content: MailContent): { readonly subject: string; readonly text: string; readonly html: string };
}
export interface DocumentOptions {
  /** Lays a watermark over the document. */
  readonly draft: boolean;
  readonly pdf: Pick<Settings['pdf'], 'logo' | 'giroCode'>;
}
export interface DeliveryNoteOptions {
  readonly company: Settings['company'];
  readonly customer: Customer;
  readonly prices: boolean;
  readonly pdf: Pick<Settings['pdf'], 'logo'>;
}
export interface MailContent {
  readonly invoice: InvoiceFacts;
  /** The attached files, in their order. */
  readonly attachments: readonly {
    readonly kind: 'invoice' | 'delivery-overview';
    readonly fileName: string;
  }[];
  /** The picture that comes with the mail, and its size in pixels; undefined if there is none. */
  readonly logo?: ({ readonly contentId: string } & PixelSize) | undefined;
}
