import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from '#test/support/process/temp-folder.ts';
import { STAGES, type Stage } from '../../../infra/stages.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is looked into as it is
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface StackTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** The cloud assembly of this program's stages, and of an extra one whose mails come from a fixed address. */
export interface Synthesized {
  readonly folder: string;
  readonly stages: readonly Stage[];
  stack(stage: string, kind: 'storage' | 'service'): StackTemplate;
}

const [dev] = STAGES;
const FIXED: Stage = { ...dev!, name: 'fixed', fixedAddress: true };

/** Reads the context that `cdk.json` gives the `cdk` command. */
export const cdkContext = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../cdk.json'), 'utf8')).context;

let once: Promise<Synthesized> | undefined;

/** Returns the assembly, which is made once for each process and removed when that ends. */
export function synthesized(): Promise<Synthesized> {
  once ??= make();
  return once;
}

async function make(): Promise<Synthesized> {
  const { path: folder, remove } = makeTempFolder();
  process.once('exit', remove);
  const stages = [...STAGES, FIXED];
  // The module takes seconds to load, which tests that only read templates need not spend.
  const { synthesize } = await import('../../../infra/synthesize.ts');
  await synthesize(stages, { outdir: folder, context: cdkContext() });
  return { folder, stages, stack: templatesIn(folder) };
}

/** Reads the templates of an assembly, each one once. */
export function templatesIn(folder: string): Synthesized['stack'] {
  const templates = new Map<string, StackTemplate>();
  return (stage, kind) => {
    const file = `rechnungspost-${stage}-${kind}.template.json`;
    const known = templates.get(file) ?? JSON.parse(readFileSync(join(folder, file), 'utf8'));
    templates.set(file, known);
    return known;
  };
}

/** Returns the resources of a type with their logical names. */
export const ofType = ({ Resources }: StackTemplate, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);

/** Returns the only resource of a type whose name begins like this. */
export function one(template: StackTemplate, type: string, name = ''): Resource {
  const found = ofType(template, type).filter(([id]) => id.startsWith(name));
  if (found.length !== 1)
    throw new Error(`${found.length} resources ${type} ${name}: ${found.map(([id]) => id)}`);
  return found[0]![1];
}

/**
 * Returns this program's functions, without the CDK's helper that empties the bucket of a stage that is not
 * retained.
 */
export const functionsOf = (template: StackTemplate): [string, Resource][] =>
  ofType(template, 'AWS::Lambda::Function').filter(([id]) => !id.startsWith('CustomS3AutoDeleteObjects'));

/** Returns the assembly's folder with the code of a function. */
export const codeOf = ({ Properties }: Resource, { folder }: Pick<Synthesized, 'folder'>): string =>
  join(folder, `asset.${String(Properties.Code.S3Key).replace(/\.zip$/, '')}`);
