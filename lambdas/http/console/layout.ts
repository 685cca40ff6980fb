import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

/** Lays out a page of the console; every value put into `html` is escaped. */
export const page = (title: string, content: Html): Html => html`<!doctype html>
<html lang="de">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · rechnungspost</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2529; background: #f6f7f5; margin: 0 auto; max-width: 72rem; padding: 1.5rem; }
  nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-bottom: 1.5rem; }
  a { color: #17595a; }
  h1 { font-size: 1.4rem; margin: 0 0 1rem; }
  table { border-collapse: collapse; width: 100%; background: #fff; }
  th, td { text-align: left; padding: .45rem .7rem; border-bottom: 1px solid #e2e5e0; vertical-align: top; }
  th { font-weight: 600; font-size: .85rem; color: #566066; }
  td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .quiet { color: #566066; }
  h2 { font-size: 1.05rem; margin: 1.75rem 0 .6rem; }
  button { font: inherit; color: #fff; background: #17595a; border: 0; border-radius: 4px; padding: .3rem .8rem; cursor: pointer; }
  button:hover { background: #0f4243; }
  .buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .4rem; }
  .buttons form:not(:first-child) button { color: #17595a; background: #fff; box-shadow: inset 0 0 0 1px #17595a; }
  .banner { background: #fff; border-left: 4px solid #8a959b; padding: .7rem 1rem; margin: 0 0 1rem; }
  .banner ul { margin: .3rem 0 0; padding-left: 1.2rem; }
  .banner.good { border-color: #2e7d4f; } .banner.warn { border-color: #b7791f; } .banner.bad { border-color: #b3372f; background: #fdf3f2; }
  .state { font-weight: 600; } .state.good { color: #23653f; } .state.warn { color: #8a5a12; } .state.bad { color: #a12d26; }
  .answer, .address, .name { overflow-wrap: anywhere; } .address { min-width: 15rem; } td.wide { width: 38%; } td.name { min-width: 10.5rem; } td.deed { text-align: right; } .line { white-space: nowrap; }
  .todo { margin-top: .4rem; padding: .5rem .7rem; background: #f6f7f5; }
  .chips { gap: .4rem; margin: 0 0 1rem; }
  .chip { padding: .1rem .7rem; border: 1px solid #cdd3cc; border-radius: 1rem; background: #fff; text-decoration: none; white-space: nowrap; }
  .chip[aria-current] { color: #fff; background: #17595a; border-color: #17595a; }
  details { margin-top: 1rem; } dt { font-weight: 600; } dd { margin: 0 0 .4rem; }
  @media (max-width: 45rem) {
    body { padding: 1rem; }
    .cards thead { display: none; }
    .cards, .cards tbody, .cards tr, .cards td { display: block; }
    .cards tr { padding: .6rem 0; border-bottom: 6px solid #f6f7f5; }
    .cards td, .cards td.amount { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .6rem; border: 0; padding: .2rem .8rem; text-align: left; white-space: normal; }
    .address, td.wide, td.name { min-width: 0; width: auto; } .cards td.deed:not(:has(button)) { display: none; }
    .cards td::before { content: attr(data-label); color: #566066; font-size: .85rem; }
  }
</style>
<nav><strong>rechnungspost</strong> <a href="/">Rechnungsläufe</a> <a href="/mails">Mails</a> <a href="/archive/">Archiv</a> <a href="/mailbox/">Postfach</a></nav>
<h1>${title}</h1>
${content}
</html>`;

/** Makes a form with a single button, which works without scripts. */
export const button = (action: string, label: string): Html =>
  html`<form method="post" action="${action}"><button>${label}</button></form>`;
