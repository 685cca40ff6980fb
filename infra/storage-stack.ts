import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './constructs/allow.ts';
import { callers } from './constructs/callers.ts';
import type { Stage } from './stages.ts';

interface StorageProps extends StackProps {
  readonly stage: Stage;
}

/**
 * Everything that must survive: archive, table, secret, user pool, and the identity that mails are sent from.
 */
export class StorageStack extends Stack {
  readonly bucket: Bucket;
  /** The bucket's ARN in the form that other stacks can import. */
  readonly archiveArn: string;
  readonly table: TableV2;
  readonly secret: Secret;
  readonly identity: EmailIdentity;
  readonly configurationSet: ConfigurationSet;
  /** The address of the user pool; the HTTP API accepts tokens issued by it. */
  readonly tokenIssuer: string;

  constructor(scope: Construct, id: string, { stage, ...props }: StorageProps) {
    super(scope, id, { ...props, terminationProtection: stage.retained });
    const removalPolicy = stage.retained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.bucket = new Bucket(this, 'Archive', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockEnabled: stage.lock !== 'none',
      removalPolicy,
      autoDeleteObjects: !stage.retained,
      lifecycleRules: [
        // Print files are made on demand from archived documents and fetched at once, so they need not be
        // kept.
        { prefix: 'print/', expiration: Duration.days(7), noncurrentVersionExpiration: Duration.days(1) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    if (stage.retained) this.bucket.addToResourcePolicy(noDeletion(this.bucket));
    this.archiveArn = this.exportValue(this.bucket.bucketArn);

    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: stage.retained,
      removalPolicy,
    });

    this.secret = new Secret(this, 'Secret', {
      description: 'The password of the SMTP server, where mail does not go through SES',
      removalPolicy,
    });
    // The secret stays empty until settings are imported: a value generated here would one day overwrite the
    // password.
    (this.secret.node.defaultChild as CfnSecret).generateSecretString = undefined;

    this.configurationSet = new ConfigurationSet(this, 'Mailing', {
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    this.configurationSet.addEventDestination('Feedback', {
      destination: EventDestination.eventBus(EventBus.fromEventBusName(this, 'DefaultBus', 'default')),
      events: [
        EmailSendingEvent.SEND,
        EmailSendingEvent.DELIVERY,
        EmailSendingEvent.BOUNCE,
        EmailSendingEvent.COMPLAINT,
        EmailSendingEvent.REJECT,
        EmailSendingEvent.DELIVERY_DELAY,
      ],
    });
    this.identity = new EmailIdentity(this, 'Sender', {
      identity: stage.sender.includes('@') ? Identity.email(stage.sender) : Identity.domain(stage.sender),
      configurationSet: this.configurationSet,
    });
    this.identity.applyRemovalPolicy(removalPolicy);

    this.tokenIssuer = callers(this, {
      domain: stage.loginDomain,
      retained: stage.retained,
      removalPolicy,
    }).userPoolProviderUrl;

    const reader = new ManagedPolicy(this, 'ArchiveReader', {
      description: 'For people who browse the archive in the S3 console: look and open, nothing else',
      statements: [
        new PolicyStatement({
          actions: [
            's3:ListBucket',
            's3:ListBucketVersions',
            's3:GetBucketLocation',
            's3:GetBucketVersioning',
          ],
          resources: [this.bucket.bucketArn],
        }),
        new PolicyStatement({
          actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention'],
          resources: ARCHIVE.map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
        }),
      ],
    });

    this.acknowledge(reader);
    new CfnOutput(this, 'ArchiveBucket', { value: this.bucket.bucketName });
    new CfnOutput(this, 'ArchiveConsole', {
      value: `https://${this.region}.console.aws.amazon.com/s3/buckets/${this.bucket.bucketName}`,
    });
    new CfnOutput(this, 'ArchiveReaderPolicy', { value: reader.managedPolicyArn });
  }

  private acknowledge(reader: ManagedPolicy): void {
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'A log of who reads invoices is personal data too; whoever needs it switches CloudTrail data events on.',
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: "It is the password of somebody else's mail server, which this stack cannot rotate.",
    });
    acknowledgeWildcards(
      reader,
      ARCHIVE.map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
      'Who browses the archive sees all that lies below these prefixes, and nothing else.',
    );
  }
}

/** The archive prefixes that people may browse. */
const ARCHIVE = ['invoices', 'delivery-notes', 'mail'];

/** Denies deleting an invoice or shortening its retention to everybody, whatever else they may do. */
function noDeletion(bucket: Bucket): PolicyStatement {
  return new PolicyStatement({
    sid: 'InvoicesStay',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
    resources: [bucket.arnForObjects('invoices/*')],
  });
}
