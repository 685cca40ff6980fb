import { App, type AppProps, Tags, Validations } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleFunctions } from './constructs/bundle.ts';
import { ServiceStack } from './service-stack.ts';
import type { Stage } from './stages.ts';
import { StorageStack } from './storage-stack.ts';

/**
 * Synthesizes two stacks for each stage.
 * @param options output folder and context, for callers other than the `cdk` command
 */
export async function synthesize(stages: readonly Stage[], options: AppProps = {}): Promise<CloudAssembly> {
  using bundles = await bundleFunctions();
  const app = createApp(options);
  for (const stage of stages) {
    const env = { region: stage.region };
    const name = `rechnungspost-${stage.name}`;
    const storage = new StorageStack(app, `${name}-storage`, { env, stage });
    const service = new ServiceStack(app, `${name}-service`, { env, stage, storage, bundles });
    for (const stack of [storage, service]) Tags.of(stack).add('stage', stage.name);
  }
  return app.synth();
}

/** Creates an app whose stacks must pass cdk-nag's AwsSolutions pack or state the reason why they do not. */
export function createApp(options: AppProps = {}): App {
  const app = new App(options);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
