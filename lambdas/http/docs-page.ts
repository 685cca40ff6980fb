import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { PROBLEMS } from './problem.ts';
import type { CallerEnv } from './who-may-call.ts';

type Document = ReturnType<OpenAPIHono<CallerEnv>['getOpenAPI31Document']>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;

const METHODS = ['get', 'put', 'post', 'delete'] as const;

/** Shows `/openapi.json` to people: every call with its fields, and every problem with its remedy. */
export const docsPage = (document: Document) => html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rechnungspost API</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2529; background: #f6f7f5; margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
  a { color: #17595a }
  h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2.5rem } h3 { font-size: 1rem; margin: 0 }
  code, pre { font: 13px/1.45 ui-monospace, monospace }
  pre { background: #f1f3ef; padding: .6rem .8rem; overflow-x: auto; margin: .5rem 0 }
  section { background: #fff; border: 1px solid #e2e5e0; border-radius: .4rem; padding: .9rem 1.1rem; margin: .8rem 0 }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0; table-layout: fixed }
  th:first-child { width: 34% } th:nth-child(2):not(:last-child) { width: 9% }
  th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #eceeea }
  th { font-weight: 600; font-size: .85rem; color: #566066 }
  .method { display: inline-block; min-width: 4.2rem; font-weight: 700; color: #17595a }
  .quiet { color: #566066 }
</style>
<h1>rechnungspost API <span class="quiet">${document.info.version}</span></h1>
<p>${document.info.description}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a>. ${html`<nav>${tagsOf(document).map((tag) => html`<a href="#${tag}">${tag}</a> · `)}<a href="#problems">Problems</a></nav>`}</p>
${tagsOf(document).map(
  (tag) => html`<h2 id="${tag}">${tag}</h2>
${operations(document)
  .filter(({ operation }) => operation.tags?.[0] === tag)
  .map(({ method, path, operation }) => described(method, path, operation, document))}`,
)}
<h2 id="problems">Problems</h2>
<p>An answer that is no success is <code>application/problem+json</code> (RFC 9457). Its <code>code</code> is stable.</p>
<table><tr><th>Code<th>Status<th>What it means, and what to do</tr>
${Object.entries(PROBLEMS).map(
  ([code, { status, meaning }]) =>
    html`<tr id="${code}"><td><code>${code}</code><td>${status}<td>${meaning}</tr>`,
)}
</table>
</html>`;

function described(method: string, path: string, operation: Operation, document: Document) {
  const { parameters = [], summary, description } = operation;
  const body = bodyOf(operation, document);
  const roles = (operation as { 'x-roles'?: readonly string[] })['x-roles'];
  return html`<section id="${operation.operationId}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h3>
<div>${summary}.${roles ? html` <span class="quiet">Takes the role ${roles.join(', ')}.</span>` : ''}</div>
${description ? html`<p>${description.replaceAll('`', '"')}</p>` : ''}
${
  parameters.length > 0
    ? html`<table><tr><th>Parameter<th>In<th>Value</tr>
${parameters.map((given) => {
  if (!('name' in given)) return '';
  const { name, required, schema } = given;
  return html`<tr><td><code>${name}</code>${required ? '' : html` <span class="quiet">optional</span>`}<td>${given.in}<td>${shapeOf(schema, document)}</tr>`;
})}</table>`
    : ''
}
${body ? html`<table><tr><th>Field<th>Value</tr>${fieldsOf(body, document)}</table>` : ''}
${body?.example ? html`<pre>${JSON.stringify(body.example, null, 2)}</pre>` : ''}
<div class="quiet">Answers ${Object.entries(operation.responses ?? {})
    .filter(([status]) => status !== 'default')
    .map(([status, answer]) => `${status}: ${'description' in answer ? answer.description : ''}`)
    .join(' · ')}</div>
</section>`;
}

interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly default?: unknown;
  readonly description?: string;
  readonly maxLength?: number;
  readonly example?: unknown;
}

const fieldsOf = (shape: Shape, document: Document) =>
  Object.entries(shape.properties ?? {}).map(
    ([name, field]) =>
      html`<tr><td><code>${name}</code>${shape.required?.includes(name) ? '' : html` <span class="quiet">optional</span>`}<td>${shapeOf(field, document)}</tr>`,
  );

function shapeOf(given: unknown, document: Document): string {
  const shape = resolved(given, document);
  const type =
    shape.enum?.join(' | ') ??
    shape.anyOf?.map((one) => shapeOf(one, document)).join(' or ') ??
    (shape.items
      ? `list of ${shapeOf(shape.items, document)}`
      : shape.properties
        ? `{ ${Object.keys(shape.properties).join(', ')} }`
        : [shape.type].flat().join(' or '));
  const standard = ['string', 'number', 'boolean'].includes(typeof shape.default) && shape.default !== '';
  const most = shape.maxLength === undefined ? '' : `, at most ${shape.maxLength} characters`;
  return [
    type + most,
    standard ? ` (${shape.default} unless given)` : '',
    shape.description ? `. ${shape.description.replaceAll('`', '"')}` : '',
  ].join('');
}

const bodyOf = ({ requestBody }: Operation, document: Document): Shape | undefined =>
  requestBody && 'content' in requestBody
    ? resolved(requestBody.content['application/json']?.schema, document)
    : undefined;

function resolved(given: unknown, document: Document): Shape {
  const shape = (given ?? {}) as Shape;
  const name = shape.$ref?.split('/').at(-1);
  return name ? ((document.components?.schemas?.[name] ?? {}) as Shape) : shape;
}

const operations = (document: Document) =>
  Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );

const tagsOf = (document: Document): string[] => [
  ...new Set(operations(document).flatMap(({ operation }) => operation.tags ?? [])),
];
