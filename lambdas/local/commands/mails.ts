import { berlinDay } from '#core/domain/calendar.ts';
import { refuse } from '#core/errors.ts';
import { listMonthMails, readMails } from '#core/repositories/mails.ts';
import { decideMail } from '#core/resend-mail.ts';
import { sendMails } from '#core/send-mails.ts';
import { type Command, TEXT } from '../command.ts';
import { table } from '../report-text.ts';

export const mailsCommand: Command = {
  help: [['mails [--month 2026-11] [--state unknown]', 'the mails queued in a month, with their states']],
  options: { month: TEXT, state: TEXT },
  async run({ text }, { local, print }) {
    const month = text('month') ?? berlinDay(local.clock.now()).slice(0, 7);
    const state = text('state');
    const all = (await readMails(local.table, await listMonthMails(local.table, month))).map(
      ({ value }) => value,
    );
    const mails = state ? all.filter((mail) => mail.state === state) : all;
    const rows = mails.map((mail) => [
      mail.id,
      mail.customer,
      mail.state,
      mail.to.join(', '),
      mail.reason ?? '',
    ]);
    print(table(['Mail', 'Customer', 'State', 'To', 'Answer'], rows).join('\n'), { month, mails });
    return mails.some((mail) => ['held', 'failed', 'unknown'].includes(mail.state)) ? 1 : 0;
  },
};

export const decideCommand: Command = {
  help: [['decide MAIL send-again|count-as-sent', 'settle a mail of which nobody knows whether it arrived']],
  options: {},
  async run({ words: [id, decision] }, { local, print }) {
    if (!id || (decision !== 'send-again' && decision !== 'count-as-sent')) {
      refuse('Say which mail and what: decide MAIL send-again, or decide MAIL count-as-sent.');
    }
    const again = decision === 'send-again';
    const mailId = await decideMail(id, again ? 'send again' : 'count as sent', local);
    if (again) await sendMails([mailId], local);
    const [mail] = await readMails(local.table, [mailId]);
    print(`${mailId}: ${mail?.value.state}`, { mail: mail?.value });
    return 0;
  },
};
