import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { letter, printed } from '#test/contracts/printer-contract.ts';
import { readPdf } from '#test/support/documents/pdf-text.ts';
import { FONTS } from './fonts.ts';

const SECRET = 'geheim4711';
const RED_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** All known ways for a document to request something. Here no CSP stands before them. */
const requests = (url: string): Record<string, string> => ({
  picture: `<img src="${url}"><picture><source srcset="${url}"><img></picture>`,
  frame: `<iframe src="${url}"></iframe>`,
  'sandboxed frame': `<iframe sandbox="" src="${url}"></iframe>`,
  'frame in a frame': `<iframe srcdoc="<iframe src='${url}'></iframe>"></iframe>`,
  object: `<object data="${url}"></object><embed src="${url}">`,
  'style sheet': `<link rel="stylesheet" href="${url}"><style>@import url("${url}");</style>`,
  'css picture': `<style>p { background: url("${url}"); list-style-image: url("${url}") }</style>`,
  'css font': `<style>@font-face { font-family: X; src: url("${url}") } p { font-family: X }</style>`,
  'early connection': `<link rel="preconnect" href="${url}"><link rel="dns-prefetch" href="${url}"><link rel="prefetch" href="${url}"><link rel="preload" as="image" href="${url}">`,
  drawing: `<svg><image href="${url}" width="9" height="9"/><use href="${url}#a"/></svg>`,
  media: `<video src="${url}" poster="${url}" preload="auto" autoplay></video><audio src="${url}"></audio>`,
  icon: `<link rel="icon" href="${url}"><link rel="manifest" href="${url}">`,
  'new address': `<meta http-equiv="refresh" content="0;url=${url}">`,
  base: `<base href="${url}"><img src="x.png">`,
  script: `<script src="${url}"></script><script>fetch("${url}"); document.body.textContent = "${SECRET}"</script>`,
});

describe('requests made by a printed document', () => {
  const printer = createChromePrinter({ fontsFolder: FONTS });
  let folder: string;
  let server: Server;
  let port: number;
  let connections = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isolation-'));
    await writeFile(join(folder, 'secret.txt'), SECRET);
    await writeFile(join(folder, 'secret.html'), `<p>${SECRET}</p>`);
    await writeFile(join(folder, 'red.png'), Buffer.from(RED_PIXEL, 'base64'));
    server = createServer((socket) => {
      connections++;
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<p>${SECRET}</p>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  after(async () => {
    await printer.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  const print = async (html: string) => {
    const page = `<!doctype html><meta charset="utf-8"><p>visible</p>${html}`;
    const { pdf } = printed((await printer.render([{ name: 'asking', html: page }]))[0]);
    return { text: (await readPdf(pdf)).text, pictures: pictures(pdf) };
  };

  test('the test notices a connection and a picture, the two things that it measures below', async () => {
    await (await fetch(`http://127.0.0.1:${port}`)).text();
    assert.equal(connections, 1);
    connections = 0;
    assert.notEqual((await print(`<img src="data:image/png;base64,${RED_PIXEL}">`)).pictures, 0);
  });

  test('a document cannot read any file of the machine', async () => {
    for (const name of ['secret.txt', 'secret.html', 'red.png']) {
      for (const [way, html] of Object.entries(requests(`file://${folder}/${name}`))) {
        const { text, pictures } = await print(html);
        assert.match(text, /^visible/, way);
        assert.doesNotMatch(text, new RegExp(SECRET), `${way} of ${name}`);
        assert.equal(pictures, 0, `${way} of ${name}`);
      }
    }
    const { text } = await print('<iframe src="file:///etc/hostname"></iframe>');
    assert.doesNotMatch(text, new RegExp(hostname()));
  });

  test('a document cannot open any connection', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      for (const [way, html] of Object.entries(requests(`http://${host}:${port}/`))) {
        const { text } = await print(html);
        assert.match(text, /^visible/, way);
        assert.doesNotMatch(text, new RegExp(SECRET), way);
      }
    }
    // Printing ten more documents gives a late connection the time to arrive.
    await printer.render(Array.from({ length: 10 }, () => letter('later')));
    assert.equal(connections, 0);
  });

  test('the document after one that makes requests is printed whole', async () => {
    const documents = Object.values(requests(`http://127.0.0.1:${port}/`)).flatMap((html) => [
      { name: 'asking', html },
      letter('whole'),
    ]);
    const results = await printer.render(documents);
    for (const result of results.filter((_, index) => index % 2 === 1)) {
      assert.equal((await readPdf(printed(result).pdf)).text, 'whole');
    }
  });
});

/** Counts pictures of one by one pixel; Chrome's own sign for a missing picture is larger. */
const pictures = (pdf: Uint8Array) =>
  [
    ...Buffer.from(pdf)
      .toString('latin1')
      .matchAll(/\/Subtype \/Image\s*\/Width 1\s*\/Height 1\s/g),
  ].length;
