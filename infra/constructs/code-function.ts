import { type Duration, RemovalPolicy, type Size } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type IDestination,
  Function as LambdaFunction,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '#wiring/config.ts';
import { allow } from './allow.ts';

export interface CodeFunctionProps {
  /** The folder of the bundle: `index.mjs` and the files beside it. */
  readonly code: string;
  /** The export of the bundle that Lambda calls; `handler` by default. */
  readonly entry?: string;
  readonly description: string;
  readonly environment: FunctionEnvironment;
  readonly timeout: Duration;
  /** Memory in MB. Lambda's share of the processor grows with it: 1,769 MB give one full core. */
  readonly memorySize: number;
  readonly architecture?: Architecture;
  /** The size of `/tmp`; 512 MB by default. */
  readonly ephemeralStorageSize?: Size;
  readonly recursiveLoop?: RecursiveLoop;
  /** Where an asynchronous call goes once it has used up `retryAttempts` or is older than `maxEventAge`. */
  readonly onFailure?: IDestination;
  readonly retryAttempts?: number;
  readonly maxEventAge?: Duration;
  readonly vpc?: IVpc;
}

/**
 * Creates a function of this program with a role and a log group of its own. The role may only write its log
 * until more is granted.
 */
export function codeFunction(scope: Construct, id: string, props: CodeFunctionProps): LambdaFunction {
  const { code, entry = 'handler', environment, ...rest } = props;
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  logGroup.grantWrite(role);
  if (props.vpc) {
    allow(role, {
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
      reason: 'Lambda joins the network with it; these actions are not known by a resource beforehand.',
    });
  }
  return new LambdaFunction(scope, id, {
    // ARM costs a fifth less than x86.
    architecture: Architecture.ARM_64,
    ...rest,
    code: Code.fromAsset(code),
    handler: `index.${entry}`,
    runtime: Runtime.NODEJS_24_X,
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    environment: { ...environment },
  });
}
