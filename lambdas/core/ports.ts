/**
 * What the core asks of the world. One file an engine under `adapters/`; one contract suite a port under
 * `test/contracts/`, which every engine runs.
 */

import type { Customer } from './domain/customer.ts';
import type { DeliveryNote } from './domain/delivery-note.ts';
import type { DeliveryOverview, Invoice, InvoiceFacts } from './domain/invoice.ts';
import type { Picture, PixelSize } from './domain/picture.ts';
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
  /**
   * Items of one partition by their sort key, in the order of its UTF-8 bytes, or `backwards`; `after` is exclusive, and
   * the one before in that order. Without a limit: all of them.
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
   * All or nothing. At most 100 changes, each to another item, 4 MB in all, 400 KB an item (`#core/table-limits.ts`).
   * @returns the version that each item it put has now
   * @throws ConflictError when an expectation does not hold; Fault `too-large` beyond the limits
   */
  write(changes: readonly Change[]): Promise<string>;
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

export interface PdfMerger {
  /**
   * Joins PDF files to one, in their order. Files of one group belong together; with `duplex` each group begins on
   * an odd page, so that no sheet shows two of them: a blank page, as large as the one before it, goes in where needed.
   */
  merge(
    groups: readonly (readonly Uint8Array[])[],
    options: { readonly title: string; readonly duplex: boolean },
  ): Promise<Uint8Array>;
}

/** Makes pictures harmless. */
export interface Pictures {
  /**
   * Decodes a picture and encodes what one sees of it: nothing else of the file survives, and nothing is fetched for
   * it. A raster picture is made smaller where it does not fit the box (pixels) and never larger; an SVG fills it. Its
   * sides keep their proportion. The same picture gives the same bytes.
   * @throws Fault `bad-input` for a picture that cannot be decoded or shows nothing
   */
  toPng(picture: Picture, box: PixelSize): Promise<Uint8Array>;
}

/** Says which characters of a text no shipped font draws; each once. */
export interface FontCoverage {
  undrawable(text: string): string[];
}

export interface Envelope {
  readonly from: string;
  /** To, cc and bcc; at least one. */
  readonly to: readonly string[];
  /** Letters, digits, `-` and `_`. Names the mail in what a transport tells of it later; SMTP tells nothing. */
  readonly tag?: string;
}

/**
 * `deferred`: nobody received it, try again later. `failed`: refused for good. `held`: login, TLS or sender
 * refused, no other mail would fare better. `unknown`: the answer was lost after the hand-over. `refused`: recipients
 * that the server refused one by one, before the hand-over.
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
  /** A later try may be taken (4yz, RFC 5321 section 4.2.1). */
  readonly temporary: boolean;
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

/** What a mail provider keeps of the account that sends; a mail server of one's own keeps nothing of the kind. */
export interface MailAccount {
  /** @throws Fault `unavailable` */
  quota(): Promise<MailQuota>;
  /** Those of the addresses to which it sends nothing, each with the reason. @throws Fault `unavailable` */
  suppressed(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Lets it send to an address again; nothing for one that is not suppressed. @throws Fault `unavailable` */
  lift(address: string): Promise<void>;
  /** What keeps mails of this sender from being sent or trusted; a sentence each. @throws Fault `unavailable` */
  senderProblems(address: string): Promise<readonly string[]>;
}
export interface MailQuota {
  readonly perSecond: number;
  /** Recipients in 24 hours, and how many of them are used up. Undefined where there is no limit. */
  readonly day: { readonly limit: number; readonly used: number } | undefined;
}

/** TXT records of the domain name system. */
export interface Dns {
  /**
   * Each record as one text. `none`: the name exists without such records; `no such name`: neither it nor one below it
   * does (RFC 8020); `no answer`: there is no name server, or it does not answer.
   */
  txt(name: string): Promise<readonly string[] | 'none' | 'no such name' | 'no answer'>;
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
  /** Pictures that the HTML shows as `cid:<contentId>` (RFC 2392); programs do not list them as attachments. */
  readonly inline?: readonly {
    readonly contentId: string;
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

/** Where work goes on: a message only says what to look at, the table says what is to be done there. */
export type Wake =
  /**
   * A run, from wherever it stands. `turn`: the run's count of turns, of which the next is asked for; it is taken once,
   * whatever comes twice or late. Without it: when the run is overdue. `after`: only look whether the documents of the
   * customers after this one are made.
   */
  | { readonly kind: 'run'; readonly id: string; readonly turn?: number; readonly after?: string }
  /** Documents of these customers of a run. */
  | { readonly kind: 'documents'; readonly run: string; readonly customers: readonly string[] }
  | { readonly kind: 'mail'; readonly id: string };

export interface Queue {
  /**
   * Puts calls into their queues. They may come late, several times, in any order, or never: whatever waits has a due
   * item in the table, which `sweep` finds.
   */
  wake(calls: readonly Wake[], options?: { readonly delaySeconds?: number }): Promise<void>;
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

/**
 * Files of templates and labels by their paths in the templates folder: `invoice.hbs`, `labels/fr.json`. Own ones take
 * the place of the shipped file of the same path.
 */
export type TemplateFiles = Readonly<Record<string, string>>;

/** Own files by path, each with the SHA-256 by which the archive knows it; empty: the shipped templates as they are. */
export type TemplateSet = Readonly<Record<string, string>>;

/** Reads templates, tries them, and makes them write. */
export interface TemplateEngine {
  /**
   * Own files as they may be put in force, without those that are the shipped ones anyway. Each is read and filled with
   * samples in every language.
   * @param over other own files, which these are laid over
   * @throws Fault `bad-input` with every error: file, line, reason
   */
  accept(given: Readonly<Record<string, Uint8Array>>, over?: TemplateFiles): TemplateFiles;
  /** @throws Fault `bad-settings` when files that were accepted by another version of the program do not fit this one */
  open(own: TemplateFiles): Templates;
}

/**
 * Makes texts of invoices, in the customer's language; every value of the data is printed literally. A language without
 * labels is not the templates' affair: they write English then.
 */
export interface Templates {
  /** ISO 639-1 codes of the languages that have labels, sorted. */
  readonly languages: readonly string[];
  /** A word or sentence of the label file, by its dotted name. */
  label(language: string, name: string): string;
  invoice(invoice: Invoice, options: DocumentOptions): DocumentText;
  deliveryOverview(invoice: Invoice, overview: DeliveryOverview, options: DocumentOptions): DocumentText;
  deliveryNote(note: DeliveryNote, options: DeliveryNoteOptions): DocumentText;
  /** The covering mail of one invoice. */
  mail(content: MailContent): { readonly subject: string; readonly text: string; readonly html: string };
}
export interface DocumentOptions {
  /** Lays a watermark over it. */
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
  /** The picture that comes with the mail, and its pixels; undefined without. */
  readonly logo?: ({ readonly contentId: string } & PixelSize) | undefined;
}
