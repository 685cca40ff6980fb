import type { Engine } from '#adapters/handlebars/engine/engine.ts';
import type { Templates } from '#core/ports.ts';
import { createMailView } from './mail-view.ts';
import { columns, sums, wrap } from './plain-text.ts';

/**
 * Builds the covering mail of an invoice in its customer's language from `mail/invoice.txt.hbs`,
 * `mail/invoice.html.hbs` and the labels under `mail`. Values are escaped in HTML and literal in text; the
 * subject is one line whatever the data holds.
 */
export function mailTemplates(engine: Engine, language: string): Templates['mail'] {
  const viewOf = createMailView(engine, language);
  const text = engine.file<object>('mail/invoice.txt.hbs');
  const html = engine.file<object>('mail/invoice.html.hbs');

  return (content) => {
    const view = viewOf(content);
    const lines = {
      facts: columns(view.facts),
      sums: sums(view.sums),
      account: columns(view.account),
      attachments: columns(view.attachments),
    };
    return { subject: view.subject, text: wrap(text({ ...view, ...lines })), html: html(view) };
  };
}
