import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Puts a function behind an HTTPS address and passes it every path.
 * @param options `callsPerSecond`: limit for all callers together; bursts may be twice as large
 * @returns the address
 */
export function publicApi(
  scope: Construct,
  handler: IFunction,
  { description, callsPerSecond }: { readonly description: string; readonly callsPerSecond: number },
): string {
  const httpApi = new HttpApi(scope, 'HttpApi', {
    description,
    createDefaultStage: false,
    defaultIntegration: new HttpLambdaIntegration('ApiIntegration', handler),
  });
  const logGroup = new LogGroup(scope, 'ApiAccessLog', {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new HttpStage(scope, 'HttpStage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    accessLogSettings: { destination: new LogGroupLogDestination(logGroup) },
    // The throttle bounds the cost that anybody can cause by calling often.
    throttle: { rateLimit: callsPerSecond, burstLimit: 2 * callsPerSecond },
  });
  Validations.of(httpApi).acknowledge({
    id: 'AwsSolutions-APIG4',
    reason:
      'Who calls is checked by the program itself, once for all routes and in every place where it runs; an authorizer before it would be a second truth, and would keep /healthz and /docs from answering.',
  });
  return httpApi.apiEndpoint;
}
