import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** Puts a function behind an HTTPS address. @returns the address */
export function publicApi(scope: Construct, handler: IFunction, description: string): string {
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
    // Calls a second: whoever tries to make it expensive gets no further.
    throttle: { rateLimit: 50, burstLimit: 100 },
  });
  Validations.of(httpApi).acknowledge({
    id: 'AwsSolutions-APIG4',
    reason: 'The only route says whether the program lives; there is nothing to protect.',
  });
  return httpApi.apiEndpoint;
}
