/** The fields that a value may have. A list has `items`, whose shape combines the fields of all its items. */
export interface Shape {
  readonly fields: Map<string, Shape>;
  items?: Shape;
}

export const emptyShape = (): Shape => ({ fields: new Map() });

/** Adds the fields of this value to the shape: a template may name any field that at least one value has. */
export function addToShape(shape: Shape, value: unknown): Shape {
  if (Array.isArray(value)) {
    shape.items ??= emptyShape();
    for (const item of value) addToShape(shape.items, item);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) {
      const known = shape.fields.get(name) ?? emptyShape();
      shape.fields.set(name, addToShape(known, inner));
    }
  }
  return shape;
}

/**
 * Returns the shape's fields by their dotted names, such as `rows[].net`, without those that have fields of
 * their own.
 */
export function fieldNames(shape: Shape, prefix = ''): string[] {
  const inner = [...shape.fields].flatMap(([name, its]) =>
    fieldNames(its, prefix ? `${prefix}.${name}` : name),
  );
  const items = shape.items ? fieldNames(shape.items, `${prefix}[]`) : [];
  const all = [...inner, ...items];
  return all.length > 0 ? all : [prefix];
}
