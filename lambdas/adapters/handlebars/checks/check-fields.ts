import { noPartial, notAField, notAHelper } from '#adapters/handlebars/engine/template-fault.ts';
import { nearest } from './nearest.ts';
import { emptyShape, type Shape } from './shapes.ts';

/** What the names in a template are checked against. */
export interface Known {
  readonly helpers: readonly string[];
  /** Parsed partials by name; undefined for one that does not parse, which is reported elsewhere. */
  readonly partials: ReadonlyMap<string, hbs.AST.Program | undefined>;
  /**
   * Returns why a call of `{{t}}` with this label and these placeholders cannot be filled, or undefined if it
   * can.
   */
  labelProblem(name: string, given: readonly string[]): string | undefined;
}

type Report = (path: string, node: hbs.AST.Node, reason: string) => void;

/**
 * The position in a template while it is checked, which decides what its names mean. An undefined shape
 * accepts any name.
 */
interface Scope {
  readonly path: string;
  readonly here: Shape | undefined;
  readonly above?: Scope;
  readonly named: ReadonlyMap<string, Shape | undefined>;
  readonly root: Shape | undefined;
  /** The partials that led here, so that a partial that includes itself is found. */
  readonly within: readonly string[];
}

/**
 * Reports every field, helper, partial and label of a template that does not exist, even in branches that no
 * sample reaches, and those of the partials that it includes.
 * @param shape shape of the data that the template is filled with; undefined when unknown
 */
export function checkFields(
  path: string,
  program: hbs.AST.Program,
  shape: Shape | undefined,
  known: Known,
  report: Report,
): void {
  const scope: Scope = { path, here: shape, root: shape, named: new Map(), within: [] };
  checkProgram(program, scope, { known, report });
}

interface Context {
  readonly known: Known;
  readonly report: Report;
}

function checkProgram(program: hbs.AST.Program | undefined, scope: Scope, context: Context): void {
  for (const node of program?.body ?? []) checkStatement(node, scope, context);
}

function checkStatement(node: hbs.AST.Statement, scope: Scope, context: Context): void {
  switch (node.type) {
    case 'ContentStatement':
    case 'CommentStatement':
      break;
    case 'MustacheStatement':
      checkMustache(node as hbs.AST.MustacheStatement, scope, context);
      break;
    case 'BlockStatement':
      checkBlock(node as hbs.AST.BlockStatement, scope, context);
      break;
    case 'PartialStatement':
      checkPartial(node as hbs.AST.PartialStatement, scope, context);
      break;
    default:
      context.report(scope.path, node, 'only blocks and {{> partial}} are known here');
  }
}

function checkMustache(node: hbs.AST.MustacheStatement, scope: Scope, context: Context): void {
  if (!node.escaped) {
    context.report(scope.path, node, '{{{ }}} and {{& }} print without escaping: write {{ }}');
  }
  const isCall = node.params.length > 0 || node.hash !== undefined;
  if (isCall || isHelperName(node.path, context)) checkCall(node, scope, context);
  else shapeOf(node.path, scope, context);
}

const BLOCKS = ['if', 'unless', 'each', 'with'];

function checkBlock(node: hbs.AST.BlockStatement, scope: Scope, context: Context): void {
  const name = node.path.original;
  const [subject, ...more] = node.params;
  if (!BLOCKS.includes(name) || !subject || more.length > 0) {
    const known = BLOCKS.map((block) => `{{#${block} x}}`).join(', ');
    context.report(scope.path, node, `{{#${name}}} is no block as it stands here: there are ${known}`);
    return;
  }
  const shape = shapeOf(subject, scope, context);
  checkProgram(node.inverse, scope, context);
  if (name === 'if' || name === 'unless') {
    checkProgram(node.program, scope, context);
    return;
  }
  const here = name === 'each' ? shape && itemsOf(shape) : shape;
  const [first, second] = node.program?.blockParams ?? [];
  const named = new Map(scope.named);
  if (first) named.set(first, here);
  if (second) named.set(second, emptyShape());
  checkProgram(node.program, { ...scope, here, above: scope, named }, context);
}

/** Returns the shape that `{{#each}}` iterates over: a list's items, or the fields of an object. */
const itemsOf = (shape: Shape): Shape | undefined =>
  shape.items ?? (shape.fields.size > 0 ? undefined : emptyShape());

function checkPartial(node: hbs.AST.PartialStatement, scope: Scope, context: Context): void {
  const { partials } = context.known;
  const name = String((node.name as hbs.AST.PathExpression).original);
  const [subject] = node.params;
  const here = subject ? shapeOf(subject, scope, context) : scope.here;
  const given = (node.hash?.pairs ?? []).map(
    ({ key, value }) => [key, shapeOf(value, scope, context) ?? emptyShape()] as const,
  );
  const problem =
    node.name.type !== 'PathExpression'
      ? 'name the partial as it is, {{> name}}'
      : !partials.has(name)
        ? `${noPartial(name)}${nearest(name, partials.keys())}`
        : scope.within.includes(name)
          ? `{{> ${name}}} includes itself`
          : undefined;
  if (problem) context.report(scope.path, node, problem);
  else {
    const within: Scope = {
      path: `partials/${name}.hbs`,
      here: here && given.length > 0 ? { ...here, fields: new Map([...here.fields, ...given]) } : here,
      root: scope.root,
      named: new Map(),
      within: [...scope.within, name],
    };
    checkProgram(partials.get(name), within, context);
  }
}

const isHelperName = (path: hbs.AST.Expression, { known }: Context): boolean =>
  path.type === 'PathExpression' && known.helpers.includes((path as hbs.AST.PathExpression).original);

type Call = Pick<hbs.AST.SubExpression, 'path' | 'params' | 'hash' | 'loc'>;

function checkCall(
  call: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
  scope: Scope,
  context: Context,
): void {
  const { path, params, hash } = call as Call;
  for (const value of [...params, ...(hash?.pairs ?? []).map((pair) => pair.value)]) {
    shapeOf(value, scope, context);
  }
  const { helpers, labelProblem } = context.known;
  if (!isHelperName(path, context)) {
    const hint = nearest(String(path.original), helpers);
    context.report(scope.path, path, `${notAHelper(path.original)}${hint}`);
    return;
  }
  const [label] = params;
  if (path.original !== 't' || label?.type !== 'StringLiteral') return;
  const given = (hash?.pairs ?? []).map(({ key }) => key);
  const problem = labelProblem((label as hbs.AST.StringLiteral).value, given);
  if (problem) context.report(scope.path, call, problem);
}

/** Returns the shape of an expression's value; anything but a field has no fields of its own. */
function shapeOf(node: hbs.AST.Expression, scope: Scope, context: Context): Shape | undefined {
  if (node.type === 'SubExpression') checkCall(node as hbs.AST.SubExpression, scope, context);
  if (node.type !== 'PathExpression') return emptyShape();
  const path = node as hbs.AST.PathExpression;
  const found = start(path, scope);
  if ('reason' in found) {
    context.report(scope.path, node, found.reason);
    return undefined;
  }
  let { shape } = found;
  for (const name of found.rest) {
    if (!shape) return undefined;
    const isOfList: boolean = shape.items !== undefined && (name === 'length' || /^\d+$/.test(name));
    const next: Shape | undefined = isOfList ? (shape.items ?? emptyShape()) : shape.fields.get(name);
    if (!next) {
      context.report(scope.path, node, `${notAField(path.original)}${nearest(name, shape.fields.keys())}`);
      return undefined;
    }
    shape = next;
  }
  return shape;
}

/** Finds the shape at which a path begins and the parts of the path that follow from there. */
function start(
  { data, depth, parts, original }: hbs.AST.PathExpression,
  scope: Scope,
): { readonly shape: Shape | undefined; readonly rest: readonly string[] } | { readonly reason: string } {
  const [first = '', ...rest] = parts;
  if (data) {
    if (first === 'root') return { shape: scope.root, rest };
    if (['index', 'key', 'first', 'last'].includes(first)) return { shape: emptyShape(), rest };
    return { reason: `${notAField(original)}: there are @root, @index, @key, @first and @last` };
  }
  if (depth === 0 && scope.named.has(first)) return { shape: scope.named.get(first), rest };
  let at: Scope | undefined = scope;
  for (let up = 0; up < depth; up++) at = at?.above;
  return at ? { shape: at.here, rest: parts } : { reason: `${notAField(original)}: nothing is above it` };
}
