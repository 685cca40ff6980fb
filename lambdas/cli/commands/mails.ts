import { z } from 'zod';
import { defineCommand } from '#cli/command.ts';
import { table } from '#cli/report-text.ts';
import { instant } from '#core/deps.ts';
import { month } from '#core/domain/calendar.ts';
import { mailId } from '#core/domain/identifiers.ts';
import { MAIL_STATES, mailNeedsAPerson } from '#core/domain/mail-states.ts';
import { leftOut } from '#core/mailing/mail-state.ts';
import { decideMail, type MAIL_DECISIONS } from '#core/mailing/resend-mail.ts';
import { addressesOf, listMonthMails, readMail, readMails } from '#core/repositories/mails.ts';
import { mailJson } from '#http/schemas/mail.ts';

export const mailsCommand = defineCommand({
  help: [['mails [--month 2026-11] [--state unknown]', 'the mails queued in a month, with their states']],
  words: {},
  options: {
    month: { schema: month, shown: '2026-11', does: 'when they were queued; this month unless given' },
    state: {
      schema: z.enum(MAIL_STATES),
      shown: 'unknown',
      does: `only those in this state: ${MAIL_STATES.join(', ')}`,
    },
  },
  async run({ options }, { program, print }) {
    // The list of mails is kept by months in UTC: just after midnight on the 1st, Germany is a month ahead of
    // it.
    const { month = instant(program.clock.now()).slice(0, 7), state } = options;
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
    return mails.some(mailNeedsAPerson) ? 1 : 0;
  },
});

/** The decisions a person can take on a mail, each as one word to type. */
const DECISIONS = { 'send-again': 'send again', 'count-as-sent': 'count as sent' } as const satisfies Record<
  string,
  (typeof MAIL_DECISIONS)[number]
>;
const WORDS = Object.keys(DECISIONS) as readonly (keyof typeof DECISIONS)[];
const ASK = 'Say which mail and what: decide MAIL send-again, or decide MAIL count-as-sent.';

export const decideCommand = defineCommand({
  help: [['decide MAIL send-again|count-as-sent', 'settle a mail of which nobody knows whether it arrived']],
  words: {
    mail: {
      schema: mailId,
      shown: 'MAIL',
      does: 'the mail, as mails --state unknown lists it',
      required: ASK,
    },
    decision: {
      schema: z.enum(WORDS),
      shown: 'DECISION',
      does: 'send-again mails the invoice once more; count-as-sent takes it that the mail arrived',
      required: ASK,
    },
  },
  options: {},
  async run({ words: { mail: id, decision } }, { program, print }) {
    const current = await decideMail(id, DECISIONS[decision], program);
    if (decision === 'send-again') await program.mail([current]);
    const mail = (await readMail(program.table, current))!.value;
    print(`${current}: ${mail.state}${mail.reason ? `, ${mail.reason}` : ''}`, { mail: mailJson(mail) });
    return mailNeedsAPerson(mail) ? 1 : 0;
  },
});
