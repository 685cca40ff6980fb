import type { Deps } from '#core/deps.ts';
import { instant } from '#core/deps.ts';
import { Fault } from '#core/errors.ts';
import type { Archive, MailAddress, Templates } from '#core/ports.ts';
import { type InvoiceRecord, readInvoice } from '#core/repositories/invoices.ts';
import { addressesOf, type Mail } from '#core/repositories/mails.ts';
import { readRunSettings } from '#core/repositories/runs.ts';
import { storedLogo } from '#core/settings/settings-logo.ts';
import { templatesInForce } from '#core/templates/template-set.ts';

type ComposeDeps = Pick<Deps, 'table' | 'archive' | 'openTemplates' | 'composer' | 'clock'>;

/**
 * Returns the bytes of a mail's message.
 * @throws Fault `damaged` if a document is missing or is not what was archived, `archive-conflict` if another
 *   mail lies under the mail's key
 */
export type ComposeInvoiceMail = (mail: Mail) => Promise<Uint8Array>;

/**
 * Makes the messages of several mails. Each is made and filed in the archive at its first try, so that every
 * retry hands over the same bytes. The templates and the logo of a run, which mails share, are read only
 * once.
 */
export function invoiceMailComposer(deps: ComposeDeps): ComposeInvoiceMail {
  let templates: Promise<Templates> | undefined;
  const logos = new Map<string, ReturnType<typeof logoOfRun>>();
  const logoOf = (runId: string) => {
    const logo = logos.get(runId) ?? logoOfRun(runId, deps);
    logos.set(runId, logo);
    return logo;
  };
  return async (mail) => {
    const invoice = await readInvoice(deps.table, mail.invoice);
    if (!invoice) throw new Error(`mail ${mail.id} without invoice ${mail.invoice}`);
    const { draftId, runId } = invoice.value;
    const earlier = mail.attempts > 1 ? await deps.archive.get(mail.key) : undefined;
    if (earlier) return ownBytes(earlier, draftId);
    templates ??= templatesInForce(deps);
    const [logo, engine] = await Promise.all([logoOf(runId), templates]);
    const message = await compose(mail, invoice.value, logo, engine, deps);
    const { outcome } = await deps.archive.putOnce(mail.key, message, {
      contentType: 'message/rfc822',
      metadata: { mail: mail.id, invoice: mail.invoice, draft: draftId },
    });
    if (outcome === 'stored') return message;
    return ownBytes((await deps.archive.get(mail.key))!, draftId);
  };
}

async function compose(
  mail: Mail,
  { facts, documents }: InvoiceRecord,
  picture: Awaited<ReturnType<typeof logoOfRun>>,
  templates: Templates,
  deps: ComposeDeps,
): Promise<Uint8Array> {
  const attachments = await Promise.all(
    documents.map(async ({ kind, fileName, key, version }) => {
      const document = await deps.archive.get(key, version);
      if (!document) {
        throw new Fault(
          'damaged',
          `${key} is missing in the archive: restore it from a backup, then resend.`,
        );
      }
      return { kind, fileName, contentType: document.file.contentType, bytes: document.bytes };
    }),
  );
  // The logo's Content-ID contains the Message-ID, because no two bodies may share a Content-ID (RFC 2045
  // section 7).
  const logo = picture && { ...picture, contentId: `logo.${mail.messageId.replace(/[^\w.@-]/g, '')}` };
  const { subject, text, html } = templates.mail({ invoice: facts, attachments, logo });
  const named = (address: string): MailAddress => ({
    name: facts.customer.invoiceAddressee || facts.customer.name,
    address,
  });
  return deps.composer.compose({
    messageId: mail.messageId,
    date: instant(deps.clock.now()),
    from: mail.from,
    to: addressesOf(mail, 'to').map(named),
    cc: addressesOf(mail, 'cc').map((address) => ({ name: '', address })),
    replyTo: mail.replyTo || undefined,
    subject,
    text,
    html,
    attachments,
    inline: logo ? [logo] : [],
  });
}

/** Reads the logo that the documents of a run show; undefined if they show none. */
async function logoOfRun(runId: string, deps: Pick<Deps, 'table'>) {
  const { pdf } = await readRunSettings(deps.table, runId);
  const logo = storedLogo(pdf.logo);
  if (!logo) return undefined;
  const { png: bytes, width, height } = logo;
  return { fileName: 'logo.png', contentType: 'image/png', bytes, width, height };
}

/**
 * Returns the archived bytes only if they are this draft's: an archive may be older than the table and hold
 * another mail under this key.
 * @throws Fault `archive-conflict` if the bytes are another draft's mail
 */
function ownBytes(
  { file, bytes }: NonNullable<Awaited<ReturnType<Archive['get']>>>,
  draftId: string,
): Uint8Array {
  if (file.metadata.draft === draftId) return bytes;
  throw new Fault(
    'archive-conflict',
    `Another mail lies in the archive as ${file.key}: move it away, then have the invoice mailed again.`,
  );
}
