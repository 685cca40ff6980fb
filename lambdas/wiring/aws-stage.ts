import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { stageName } from '#core/domain/identifiers.ts';
import { Fault, refuse } from '#core/errors.ts';
import { type AwsConfig, awsConfig } from './config.ts';

/**
 * Finds where a deployed stage keeps things, from the parameter that its service stack has written.
 * @throws Fault `bad-input` for an invalid stage name, `not-found` for a stage that is not deployed in this
 * account and region, `unavailable` without access
 */
export async function findStage(stage: string): Promise<AwsConfig> {
  const parsed = stageName.safeParse(stage);
  if (!parsed.success) refuse(`"${stage}" ${parsed.error.issues[0]?.message}.`);
  const name = `/rechnungspost/${stage}`;
  let value: string;
  try {
    const { Parameter } = await new SSMClient({}).send(new GetParameterCommand({ Name: name }));
    value = Parameter?.Value ?? '';
  } catch (cause) {
    throw cause instanceof ParameterNotFound ? notDeployed(stage, name, cause) : noAccess(stage, name, cause);
  }
  try {
    return awsConfig(JSON.parse(value));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('bad-settings', `The parameter ${name} is not JSON: deploy the stage again.`, { cause });
  }
}

const notDeployed = (stage: string, name: string, cause: unknown): Fault =>
  new Fault(
    'not-found',
    `No stage "${stage}" is deployed here (there is no parameter ${name}): check AWS_PROFILE and AWS_REGION, or deploy it.`,
    { cause },
  );

function noAccess(stage: string, name: string, cause: unknown): Fault {
  const { name: kind, message } = cause instanceof Error ? cause : new Error(String(cause));
  return new Fault(
    'unavailable',
    `The stage "${stage}" cannot be looked up in AWS (${kind}: ${message}): check AWS_PROFILE and AWS_REGION, log in (aws sso login), and see that you may read the parameter ${name}.`,
    { cause },
  );
}
