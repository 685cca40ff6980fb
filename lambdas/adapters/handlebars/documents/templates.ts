import { createEngine, type FillObserver } from '#adapters/handlebars/engine/engine.ts';
import { createSources, readShippedTemplates, type Sources } from '#adapters/handlebars/engine/sources.ts';
import type { TemplateFiles, Templates } from '#core/ports.ts';
import { documentTemplates } from './document-templates.ts';
import { mailTemplates } from './mail-templates.ts';

/**
 * Reads the templates of a folder, some of them replaced by own files. They are read and parsed once, and
 * compiled at first use.
 * @throws Fault `bad-settings` with file and line when one of them cannot be read
 */
export function createTemplates(folder: string, own: TemplateFiles = {}): Templates {
  return templatesOf(createSources({ ...readShippedTemplates(folder), ...own }));
}

export function templatesOf(sources: Sources, onFill?: FillObserver): Templates {
  const all = new Map(
    sources.languages.map((language) => {
      const engine = createEngine(sources, language, onFill);
      const { label } = engine;
      return [language, { label, ...documentTemplates(engine), mail: mailTemplates(engine, language) }];
    }),
  );
  const of = (language: string) => all.get(language) ?? all.get('en')!;
  return {
    languages: sources.languages,
    label: (language, name) => of(language).label(name),
    invoice: (invoice, options) => of(invoice.customer.language).invoice(invoice, options),
    deliveryOverview: (invoice, overview, options) =>
      of(invoice.customer.language).deliveryOverview(invoice, overview, options),
    deliveryNote: (note, options) => of(options.customer.language).deliveryNote(note, options),
    mail: (content) => of(content.invoice.customer.language).mail(content),
  };
}
