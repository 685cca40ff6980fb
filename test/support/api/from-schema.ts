import fc from 'fast-check';

/** The part of JSON Schema that the OpenAPI document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

/** Meaningful values by the names of fields and parameters, so that calls get past validation. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

/**
 * Generates values that a schema mostly allows; now and then one that it does not: something left out,
 * something of another type, a text that nobody would type.
 */
export function fromSchema(
  schema: JsonSchema,
  known: Known,
  resolve: (ref: string) => JsonSchema,
  name = '',
): fc.Arbitrary<unknown> {
  if (schema.$ref) return fromSchema(resolve(schema.$ref), known, resolve, name);
  const fitting = fittingValue(schema, known, resolve, name);
  const isOne = schema.type !== 'array' && schema.type !== 'object';
  const usual =
    isOne && known[name]
      ? fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known[name]) }, fitting)
      : fitting;
  return fc.oneof({ weight: 150, arbitrary: usual }, { weight: 1, arbitrary: JUNK });
}

const JUNK: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    '',
    ' ',
    '0',
    -1,
    1e21,
    0.1,
    true,
    [],
    {},
    '__proto__',
    '../..',
    '%00',
    '\u202e',
    '😀',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue({ maxDepth: 2 }),
);

function fittingValue(
  schema: JsonSchema,
  known: Known,
  resolve: (ref: string) => JsonSchema,
  name: string,
): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => fromSchema(one, known, resolve, name)));
  const types = [schema.type ?? 'string'].flat();
  if (types.length > 1) {
    return fc.oneof(...types.map((type) => fittingValue({ ...schema, type }, known, resolve, name)));
  }
  const [type] = types;
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(
      ([field, its]) => [field, fromSchema(its, known, resolve, field)] as const,
    );
    const required = schema.required ?? [];
    return fc.oneof(
      { weight: 20, arbitrary: fc.record(Object.fromEntries(fields), { requiredKeys: [...required] }) },
      { weight: 1, arbitrary: fc.record(Object.fromEntries(fields), { requiredKeys: [] }) },
    );
  }
  if (type === 'array') {
    const items = fromSchema(schema.items ?? {}, known, resolve, name);
    return fc.array(items, { minLength: schema.minItems ?? 0, maxLength: (schema.minItems ?? 0) + 3 });
  }
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000 });
  if (type === 'number')
    return fc.oneof(fc.integer({ min: -5, max: 100 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  if (schema.format === 'email') return fc.constant('buero@kunde.example');
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern), { size: 'small' });
  return fc.oneof(
    fc.constantFrom('1', '2,5', '19', 'Ulm', 'de', 'DE', 'a@b.example'),
    fc.string({ maxLength: Math.min(schema.maxLength ?? 40, 40) }),
  );
}
