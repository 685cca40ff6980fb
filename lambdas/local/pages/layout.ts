import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

/** A plain page in the console's clothes; every value put into `html` is escaped. */
export const page = (title: string, content: Html): Html => html`<!doctype html>
<html lang="de">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · rechnungspost</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2529; background: #f6f7f5; margin: 0 auto; max-width: 72rem; padding: 1.5rem; }
  nav { display: flex; gap: 1.25rem; margin-bottom: 1.5rem; }
  a { color: #17595a; }
  h1 { font-size: 1.4rem; margin: 0 0 1rem; }
  table { border-collapse: collapse; width: 100%; background: #fff; }
  th, td { text-align: left; padding: .45rem .7rem; border-bottom: 1px solid #e2e5e0; vertical-align: top; }
  th { font-weight: 600; font-size: .85rem; color: #566066; }
  td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .quiet { color: #566066; }
</style>
<nav><strong>rechnungspost</strong> <a href="/">Rechnungsläufe</a> <a href="/archive/">Archiv</a> <a href="/mailbox/">Postfach</a></nav>
<h1>${title}</h1>
${content}
</html>`;
