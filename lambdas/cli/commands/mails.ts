import { type Command, TEXT } from '#cli/command.ts';
import { table } from '#cli/report-text.ts';
import { instant } from '#core/deps.ts';
import { refuse } from '#core/errors.ts';
import { leftOut } from '#core/mailing/mail-state.ts';
import { decideMail } from '#core/mailing/resend-mail.ts';
import { addressesOf, listMonthMails, type Mail, readMail, readMails } from '#core/repositories/mails.ts';
import { mailJson } from '#http/schemas/mail.ts';

export const mailsCommand: Command = {
  help: [['mails [--month 2026-11] [--state unknown]', 'the mails queued in a month, with their states']],
  options: { month: TEXT, state: TEXT },
  async run({ text }, { program, print }) {
    // By the clock of the list itself, UTC: just after midnight on the 1st, Germany is a month ahead.
    const month = text('month') ?? instant(program.clock.now()).slice(0, 7);
    const state = text('state');
    const all = (await readMails(program.table, await listMonthMails(program.table, month))).map(
      ({ value }) => value,
    );
    const mails = state ? all.filter((mail) => mail.state === state) : all;
    const rows = mails.map((mail) => [
      mail.id,
      mail.customer,
      mail.state,
      addressesOf(mail, 'to').join(', '),
      [mail.reason ?? '', ...leftOut(mail)].filter(Boolean).join('; '),
    ]);
    print(table(['Mail', 'Customer', 'State', 'To', 'Answer'], rows).join('\n'), {
      month,
      mails: mails.map(mailJson),
    });
    return mails.some(needsAPerson) ? 1 : 0;
  },
};

export const decideCommand: Command = {
  help: [['decide MAIL send-again|count-as-sent', 'settle a mail of which nobody knows whether it arrived']],
  options: {},
  async run({ words: [id, decision] }, { program, print }) {
    if (!id || (decision !== 'send-again' && decision !== 'count-as-sent')) {
      refuse('Say which mail and what: decide MAIL send-again, or decide MAIL count-as-sent.');
    }
    const again = decision === 'send-again';
    const mailId = await decideMail(id, again ? 'send again' : 'count as sent', program);
    if (again) await program.mail([mailId]);
    const mail = (await readMail(program.table, mailId))!.value;
    print(`${mailId}: ${mail.state}${mail.reason ? `, ${mail.reason}` : ''}`, { mail: mailJson(mail) });
    return needsAPerson(mail) ? 1 : 0;
  },
};

const needsAPerson = ({ state }: Mail): boolean =>
  ['held', 'failed', 'unknown', 'bounced', 'suppressed', 'complained'].includes(state);
