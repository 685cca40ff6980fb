import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { refuse } from '#core/errors.ts';
import type { MailComposer as Composer, MailAddress, OutgoingMail } from '#core/ports.ts';
import { wireAddress } from './address.ts';

/**
 * Creates a composer of RFC 5322 messages: multipart/alternative of text and HTML, the HTML in a
 * multipart/related with its pictures (RFC 2387), attachments beside it, CRLF line ends, pure ASCII. The same
 * mail gives the same bytes, so that a retry hands over exactly what the first attempt did.
 */
export function createMailComposer(): Composer {
  return {
    async compose(mail: OutgoingMail): Promise<Uint8Array> {
      refuseLineBreaks(mail);
      const message = new MailComposer({
        messageId: mail.messageId,
        date: new Date(mail.date),
        from: toMailbox(mail.from),
        to: mail.to.map(toMailbox),
        cc: mail.cc.map(toMailbox),
        replyTo: mail.replyTo && checked(mail.replyTo),
        subject: mail.subject,
        // RFC 3834 section 5: auto-responders do not answer a message marked as automatic.
        headers: { 'Auto-Submitted': 'auto-generated' },
        // With CRLF line ends given here, the composer need not convert the whole message.
        text: withCrlf(mail.text),
        html: withCrlf(mail.html),
        attachments: [
          ...mail.attachments.map(toPart),
          ...inlineOf(mail).map((picture) => ({ ...toPart(picture), cid: picture.contentId })),
        ],
        baseBoundary: createHash('sha256')
          .update(`${mail.messageId}\n${mail.date}`)
          .digest('hex')
          .slice(0, 32),
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return message.compile().build();
    },
  };
}

const withCrlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');

const toPart = (file: OutgoingMail['attachments'][number]) => ({
  filename: file.fileName,
  contentType: file.contentType,
  content: Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength),
  // Any other encoding would change the line ends of an XML file.
  contentTransferEncoding: 'base64' as const,
});

const inlineOf = ({ inline = [] }: OutgoingMail) => inline;

const toMailbox = ({ name, address }: MailAddress): MailAddress => ({ name, address: checked(address) });

const checked = (address: string): string =>
  wireAddress(address) ?? refuse(`${JSON.stringify(address.slice(0, 80))} is not a mail address; mend it`);

/**
 * Refuses values that would end their header line and begin another one. They are refused rather than folded,
 * because nobody ever means them.
 */
function refuseLineBreaks(mail: OutgoingMail): void {
  const values: readonly (readonly [string, string])[] = [
    ['subject', mail.subject],
    ['Message-ID', mail.messageId],
    ...[mail.from, ...mail.to, ...mail.cc].map(({ name, address }) => [`name of ${address}`, name] as const),
    ...[...mail.attachments, ...inlineOf(mail)].flatMap(({ fileName, contentType }) => [
      [`file name ${fileName}`, fileName] as const,
      [`content type of ${fileName}`, contentType] as const,
    ]),
    ...inlineOf(mail).map(({ contentId, fileName }) => [`content id of ${fileName}`, contentId] as const),
  ];
  for (const [what, value] of values) {
    if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(value)) {
      refuse(`The ${printable(what)} of a mail must not contain line breaks or control characters; mend it`);
    }
  }
  if (Number.isNaN(Date.parse(mail.date))) refuse(`"${mail.date}" is not a date for a mail`);
}

const printable = (text: string): string => JSON.stringify(text).slice(1, -1);
