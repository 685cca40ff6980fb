import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/** A value that some day may be added to an enumeration, and the files that must then say what it means. */
interface Growth {
  readonly value: string;
  readonly file: string;
  /** The list that gets the value; or a text before which a field of that name is put. */
  readonly list?: string;
  readonly before?: string;
  readonly mustKnow: readonly string[];
}

const GROWTHS: readonly Growth[] = [
  {
    value: 'faxNumber',
    file: 'lambdas/core/domain/customer.ts',
    before: '  vatId: line(20)',
    mustKnow: [
      'lambdas/adapters/csv/customers.ts',
      'lambdas/core/domain/identity.ts',
      'lambdas/http/schemas/customer.ts',
    ],
  },
  {
    value: 'batchNumber',
    file: 'lambdas/core/domain/delivery-note.ts',
    before: '  unit: z.enum(',
    mustKnow: [
      'lambdas/adapters/csv/deliveries.ts',
      'lambdas/core/domain/identity.ts',
      'lambdas/http/schemas/delivery.ts',
    ],
  },
  {
    value: 'two-weekly',
    file: 'lambdas/core/domain/customer.ts',
    list: 'CYCLES',
    mustKnow: ['infra/constructs/billing-schedule.ts', 'lambdas/core/domain/period.ts'],
  },
  {
    value: 'graph',
    file: 'lambdas/core/domain/transport.ts',
    list: 'TRANSPORTS',
    mustKnow: [
      'lambdas/core/domain/transport.ts',
      'lambdas/wiring/aws-test-mail.ts',
      'lambdas/wiring/aws.ts',
      'lambdas/wiring/local.ts',
    ],
  },
  {
    value: 'opened',
    file: 'lambdas/core/domain/mail-states.ts',
    list: 'MAIL_STATES',
    mustKnow: [
      'lambdas/core/domain/mail-states.ts',
      'lambdas/http/console/mail-rows.ts',
      'lambdas/http/console/mail-words.ts',
    ],
  },
  {
    value: 'courier',
    file: 'lambdas/core/domain/run-order.ts',
    list: 'OUTPUTS',
    mustKnow: [
      'lambdas/cli/commands/cancel.ts',
      'lambdas/cli/commands/invoice.ts',
      'lambdas/cli/commands/run.ts',
      'lambdas/core/domain/run-order.ts',
    ],
  },
];

/** The file with one more value at the end of its list, or one more field. */
function grown(text: string, { list, before, value }: Growth): string {
  if (before !== undefined) {
    assert.ok(text.includes(before), before);
    return text.replace(before, `${value}: line(40).default(''), ${before}`);
  }
  const pattern = new RegExp(`(export const ${list} = \\[[^\\]]*?),?\\s*\\] as const`);
  assert.match(text, pattern);
  return text.replace(pattern, `$1, '${value}'] as const`);
}

/**
 * What the compiler says of the program, infra included, when all these values are added at once. Packages but zod, and
 * Node itself, are left out: their types would take a minute, and none of them knows our values.
 */
function complaints(): readonly { readonly file: string; readonly line: number; readonly message: string }[] {
  const { config } = ts.readConfigFile(`${ROOT}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, types: [] }, ROOT);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.readFile = (path) => {
    const text = read(path);
    if (text === undefined) return undefined;
    const growths = GROWTHS.filter(({ file }) => resolve(ROOT, file) === resolve(path));
    return growths.reduce(grown, text);
  };
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) =>
      /^[.#]|^zod$/.test(text)
        ? ts.resolveModuleName(text, from, options, host, undefined, undefined, ts.ModuleKind.ESNext)
        : { resolvedModule: undefined },
    );
  const files = globSync(['lambdas/**/*.ts', 'infra/**/*.ts'], { cwd: ROOT });
  const program = ts.createProgram(
    files.map((file) => resolve(ROOT, file)),
    options,
    host,
  );
  return program
    .getSemanticDiagnostics()
    .map(({ file, start = 0, messageText }) => ({
      file: file ? relative(ROOT, file.fileName) : '',
      line: file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0,
      message: ts.flattenDiagnosticMessageText(messageText, ' '),
    }))
    .filter(({ message }) => GROWTHS.some(({ value }) => message.includes(value)));
}

test('a new cycle, transport, mail state, output or field does not compile until every place says what it means', (t) => {
  const found = complaints();
  for (const { file, line, message } of found) t.diagnostic(`${file}:${line} ${message.slice(0, 160)}`);
  for (const { value, mustKnow } of GROWTHS) {
    const files = found.filter(({ message }) => message.includes(value)).map(({ file }) => file);
    assert.deepEqual([...new Set(files)].sort(), mustKnow, value);
  }
});
