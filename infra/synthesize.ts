import { App, type AppProps, Tags, Validations } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleFunctions } from './constructs/bundle.ts';
import { ServiceStack } from './service-stack.ts';
import type { Stage } from './stages.ts';
import { StorageStack } from './storage-stack.ts';

/**
 * Two stacks a stage.
 * @param options the folder to write to and the context, where it is not the `cdk` command that gives them
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

/** Whatever is in it must pass cdk-nag's AwsSolutions pack, or give the reason why it does not. */
export function createApp(options: AppProps = {}): App {
  const app = new App(options);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
