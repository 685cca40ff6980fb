import { Stack, Validations } from 'aws-cdk-lib';
import { type Conditions, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';

/**
 * Lets a role do some things with some resources.
 * @param reason why there is a wildcard among the resources, which cdk-nag would complain of
 */
export function allow(
  role: IRole,
  {
    reason,
    ...statement
  }: {
    readonly actions: string[];
    readonly resources: string[];
    readonly conditions?: Conditions;
    readonly reason?: string;
  },
): void {
  role.addToPrincipalPolicy(new PolicyStatement(statement));
  if (reason) acknowledgeWildcards(role, statement.resources, reason);
}

/**
 * Acknowledges to cdk-nag each ARN with a wildcard, with the reason, under the id that cdk-nag reports it by.
 */
export function acknowledgeWildcards(at: IConstruct, arns: readonly string[], reason: string): void {
  const findings = arns.map((arn) => flattenCfnReference(Stack.of(at).resolve(arn)));
  Validations.of(at).acknowledge(
    ...findings
      .filter((finding) => finding.includes('*'))
      .map((finding) => ({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason })),
  );
}
