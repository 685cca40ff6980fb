import type { Deps } from './deps.ts';
import { instant } from './deps.ts';
import { Fault } from './errors.ts';
import type { Archive, MailAddress } from './ports.ts';
import { readInvoice } from './repositories/invoices.ts';
import type { Mail } from './repositories/mails.ts';
import { readRunSettings } from './repositories/runs.ts';
import { storedLogo } from './settings-logo.ts';
import { templatesInForce } from './template-set.ts';

/**
 * The message as it lies in the archive, made and filed at the first try: every try hands over the same bytes.
 * @throws Fault `damaged` when a document is missing or not what was archived, `archive-conflict` for another's mail
 */
export async function composeInvoiceMail(
  mail: Mail,
  deps: Pick<Deps, 'table' | 'archive' | 'openTemplates' | 'composer' | 'clock'>,
): Promise<Uint8Array> {
  const invoice = await readInvoice(deps.table, mail.invoice);
  if (!invoice) throw new Error(`mail ${mail.id} without invoice ${mail.invoice}`);
  const { facts, documents, draftId, runId } = invoice.value;
  const filed = await deps.archive.get(mail.key);
  if (filed) return ownBytes(filed, draftId);
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
  const logo = await logoOf(mail, runId, deps);
  const templates = await templatesInForce(deps);
  const { subject, text, html } = templates.mail({ invoice: facts, attachments, logo });
  const named = (address: string): MailAddress => ({
    name: facts.customer.invoiceAddressee || facts.customer.name,
    address,
  });
  const message = await deps.composer.compose({
    messageId: mail.messageId,
    date: instant(deps.clock.now()),
    from: mail.from,
    to: mail.to.map(named),
    cc: mail.cc.map((address) => ({ name: '', address })),
    replyTo: mail.replyTo || undefined,
    subject,
    text,
    html,
    attachments,
    inline: logo ? [logo] : [],
  });
  const { outcome } = await deps.archive.putOnce(mail.key, message, {
    contentType: 'message/rfc822',
    metadata: { mail: mail.id, invoice: mail.invoice, draft: draftId },
  });
  if (outcome === 'stored') return message;
  return ownBytes((await deps.archive.get(mail.key))!, draftId);
}

/** The logo that the attached documents show. Its id is the message's own, as no two bodies may share one (RFC 2045, 7). */
async function logoOf(mail: Mail, runId: string, deps: Pick<Deps, 'table'>) {
  const { pdf } = await readRunSettings(deps.table, runId);
  const logo = storedLogo(pdf.logo);
  if (!logo) return undefined;
  const { png: bytes, width, height } = logo;
  const contentId = `logo.${mail.messageId.replace(/[^\w.@-]/g, '')}`;
  return { contentId, fileName: 'logo.png', contentType: 'image/png', bytes, width, height };
}

/** Never somebody else's mail: an archive may be older than the table, and have one under the same key. */
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
