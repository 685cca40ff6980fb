import { CfnOutput, Validations } from 'aws-cdk-lib';
import {
  CfnEIP,
  GatewayVpcEndpointAwsService,
  type IVpc,
  NatProvider,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/**
 * Creates a network whose outgoing traffic has one permanent address, for SMTP servers that accept mail only
 * from known addresses. Table and archive are reached without the NAT gateway, which charges by the gigabyte.
 */
export function fixedAddress(scope: Construct): IVpc {
  const address = new CfnEIP(scope, 'MailAddress', { domain: 'vpc' });
  const vpc = new Vpc(scope, 'MailNetwork', {
    maxAzs: 2,
    natGateways: 1,
    natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
    subnetConfiguration: [
      { name: 'out', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
      { name: 'mail', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
    ],
    gatewayEndpoints: {
      Archive: { service: GatewayVpcEndpointAwsService.S3 },
      Table: { service: GatewayVpcEndpointAwsService.DYNAMODB },
    },
    // Nothing uses the default security group, and removing its rules would need a function of its own.
    restrictDefaultSecurityGroup: false,
  });
  Validations.of(vpc).acknowledge({
    id: 'AwsSolutions-VPC7',
    reason: 'One function is in it, which nobody can connect to; each connection of its own is in its log.',
  });
  new CfnOutput(scope, 'MailSourceAddress', {
    description: 'Mails come from this address: name it to whoever runs the SMTP server',
    value: address.attrPublicIp,
  });
  // The CDK's declaration of `Vpc` does not fit `IVpc` under this project's strict compiler options.
  return vpc as IVpc;
}
