import type { Settings } from '#core/domain/settings.ts';
import type { OutgoingMail } from '#core/ports.ts';
import { ids } from './node.ts';

export type { TestMailReport } from '#adapters/smtp/test-mail.ts';

/** Composes a mail that says that the settings work. */
export function testMail(address: string, { company, mail: { sender, replyTo } }: Settings): OutgoingMail {
  const text = `This is a test mail of ${company.name}: the mail settings work.`;
  return {
    messageId: `<test.${ids.next()}@${sender.address.split('@')[1] ?? 'localhost'}>`,
    date: new Date().toISOString(),
    from: sender,
    to: [{ name: '', address }],
    cc: [],
    replyTo: replyTo || undefined,
    subject: `Test mail of ${company.name}`,
    text,
    html: `<p>${text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</p>`,
    attachments: [],
  };
}
