import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const pages = globSync('{*.md,{docs,infra,lambdas,templates,test}/**/*.md}', { cwd: ROOT }).map((page) =>
  page.replaceAll('\\', '/'),
);
const textOf = new Map(pages.map((page) => [page, readFileSync(join(ROOT, page), 'utf8')]));

for (const [page, text] of textOf) {
  test(`${page} links only to files and headings that exist`, () => {
    const links = [...withoutCode(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
    for (const [link, path = '', anchor] of links) {
      const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
      assert.ok(existsSync(target), `${link}: there is no such file`);
      if (anchor === undefined) continue;
      const headings = anchorsOf(textOf.get(relative(ROOT, target).replaceAll('\\', '/')) ?? '');
      assert.ok(headings.includes(anchor), `${link}: there is no such heading`);
    }
  });
}

test('every page of docs/ is listed in docs/README.md', () => {
  const index = textOf.get('docs/README.md') ?? '';
  const inDocs = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  assert.ok(inDocs.length >= 9);
  const missing = inDocs.filter(
    (page) => !index.includes(`](${relative('docs', page).replaceAll('\\', '/')})`),
  );
  assert.deepEqual(missing, []);
});

/** The names under which GitHub makes the headings of a page reachable. */
const anchorsOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Takes out fenced blocks and code spans, because what stands in them links to nothing. */
function withoutCode(text: string): string {
  return text
    .replace(/^```.*?^```/gms, '')
    .replace(/`[^`\n]*`/g, (code) => code.slice(1, -1).replace(/[[\]()]/g, ''));
}
