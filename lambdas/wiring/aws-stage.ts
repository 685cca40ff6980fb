import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { Fault } from '#core/errors.ts';
import { type AwsConfig, awsConfig } from './config.ts';

/**
 * Where a deployed stage keeps things: its service stack has written it down.
 * @throws Fault `not-found` for a stage that is not deployed in this account and region, `unavailable` without access
 */
export async function findStage(stage: string): Promise<AwsConfig> {
  const name = `/rechnungspost/${stage}`;
  try {
    const { Parameter } = await new SSMClient({}).send(new GetParameterCommand({ Name: name }));
    return awsConfig(JSON.parse(Parameter?.Value ?? '{}'));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (cause instanceof ParameterNotFound) {
      throw new Fault(
        'not-found',
        `No stage "${stage}" is deployed here (there is no parameter ${name}): check AWS_REGION and AWS_PROFILE, or deploy it.`,
        { cause },
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('unavailable', `The stage "${stage}" cannot be looked up in AWS: ${reason}`, { cause });
  }
}
