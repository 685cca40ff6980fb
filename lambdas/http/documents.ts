import type { Context } from 'hono';
import { inlineNamed } from '#core/domain/content-disposition.ts';
import { Fault } from '#core/errors.ts';
import type { HttpDeps } from './deps.ts';

interface Filed {
  readonly fileName: string;
  readonly key: string;
  readonly version: string;
  readonly sha256: string;
}

/**
 * Answers with the archived bytes, to be shown in the browser; they never change.
 * @throws Fault `damaged`
 */
export async function answerFiled(
  context: Context,
  { fileName, key, version, sha256 }: Filed,
  deps: Pick<HttpDeps, 'archive'>,
  status: 200 | 201 = 200,
) {
  const found = await deps.archive.get(key, version);
  if (!found) throw new Fault('damaged', `${key} is missing in the archive: restore it from a backup.`);
  return answerFile(
    context,
    fileName,
    found.bytes,
    {
      ETag: `"${sha256}"`,
      'Content-Type': found.file.contentType,
    },
    status,
  );
}

export function answerFile(
  context: Context,
  fileName: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  status: 200 | 201 = 200,
) {
  return context.body(Uint8Array.from(bytes).buffer, status, {
    'Content-Type': 'application/pdf',
    'Content-Disposition': inlineNamed(fileName),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
}

/**
 * Decides whether the caller prefers the PDF to JSON: Accept names the PDF, and does not name JSON before it.
 */
export function wantsPdf(context: Context): boolean {
  const accepted = (context.req.header('accept') ?? '')
    .split(',')
    .map((type) => type.split(';')[0]!.trim().toLowerCase());
  const pdf = accepted.indexOf('application/pdf');
  const json = accepted.indexOf('application/json');
  return pdf !== -1 && (json === -1 || pdf < json);
}
