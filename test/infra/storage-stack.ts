import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROLES } from '#http/who-may-call.ts';
import { ofType, one, type StackTemplate, synthesized } from '#test/support/aws/synthesized.ts';

const { folder, stages, stack } = await synthesized();

/** Lists the statements of the bucket's policy that forbid something. */
const denials = (
  template: StackTemplate,
): { Action: string | string[]; Condition?: object; Resource: unknown }[] =>
  one(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement.filter(
    ({ Effect }: { Effect: string }) => Effect === 'Deny',
  );

for (const { name, retained, lock, sender, loginDomain } of stages) {
  const template = stack(name, 'storage');
  describe(`storage stack of ${name}`, () => {
    const bucket = one(template, 'AWS::S3::Bucket');
    const table = one(template, 'AWS::DynamoDB::GlobalTable');

    test('the archive is encrypted, versioned and closed to the public', () => {
      assert.deepEqual(bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration, [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
      ]);
      assert.equal(bucket.Properties.VersioningConfiguration.Status, 'Enabled');
      assert.deepEqual(Object.values(bucket.Properties.PublicAccessBlockConfiguration), [
        true,
        true,
        true,
        true,
      ]);
    });

    test('the archive is reached only by TLS of version 1.2 or later', () => {
      const conditions = denials(template)
        .filter(({ Action }) => Action === 's3:*')
        .map(({ Condition }) => Condition);
      assert.deepEqual(conditions, [
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ]);
    });

    test('only print files, which can be made again, are ever deleted by a rule', () => {
      const expiring = bucket.Properties.LifecycleConfiguration.Rules.filter((rule: object) =>
        Object.keys(rule).some((key) => /Expiration/.test(key)),
      );
      assert.deepEqual(
        expiring.map(({ Prefix }: { Prefix: string }) => Prefix),
        ['print/'],
      );
    });

    test(retained ? 'nothing is deleted by mistake' : 'everything is deleted with the stack', () => {
      const policy = retained ? 'Retain' : 'Delete';
      const lasting = ['AWS::S3::Bucket', 'AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret'];
      for (const type of [...lasting, 'AWS::SES::EmailIdentity', 'AWS::Cognito::UserPool']) {
        assert.equal(one(template, type).DeletionPolicy, policy, type);
      }
      assert.equal(bucket.Properties.ObjectLockEnabled ?? false, lock !== 'none');
      assert.equal(table.Properties.Replicas[0].DeletionProtectionEnabled, retained);
      const { DeletionProtection } = one(template, 'AWS::Cognito::UserPool').Properties;
      assert.equal(DeletionProtection, retained ? 'ACTIVE' : 'INACTIVE');
      assert.equal(ofType(template, 'Custom::S3AutoDeleteObjects').length, retained ? 0 : 1);
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
      const { terminationProtection = false } =
        manifest.artifacts[`rechnungspost-${name}-storage`].properties;
      assert.equal(terminationProtection, retained);
    });

    test(
      retained ? 'nobody can delete an invoice or end its retention early' : 'invoices may be deleted',
      () => {
        const deletion = denials(template).filter(({ Action }) => Action.includes('s3:DeleteObjectVersion'));
        assert.equal(deletion.length, retained ? 1 : 0);
        if (!retained) return;
        const [statement] = deletion;
        assert.deepEqual(statement, {
          Sid: 'InvoicesStay',
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'],
          Resource: statement!.Resource,
        });
        assert.match(JSON.stringify(statement!.Resource), /\/invoices\/\*/);
      },
    );

    test('the table is paid by use and can be restored to any second of the last five weeks', () => {
      assert.equal(table.Properties.BillingMode, 'PAY_PER_REQUEST');
      assert.equal(
        table.Properties.Replicas[0].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
        true,
      );
      assert.deepEqual(table.Properties.KeySchema, [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ]);
    });

    test('the secret has no value with which a deployment could overwrite the password', () => {
      const { Properties } = one(template, 'AWS::SecretsManager::Secret');
      assert.deepEqual(
        Object.keys(Properties).filter((key) => /SecretString/.test(key)),
        [],
      );
    });

    test('SES knows the sender, requires TLS and tells the event bus what becomes of mails', () => {
      const identity = one(template, 'AWS::SES::EmailIdentity').Properties;
      const mailing = one(template, 'AWS::SES::ConfigurationSet').Properties;
      const { EventDestination } = one(template, 'AWS::SES::ConfigurationSetEventDestination').Properties;
      assert.equal(identity.EmailIdentity, sender);
      assert.ok(identity.ConfigurationSetAttributes.ConfigurationSetName.Ref);
      assert.equal(mailing.DeliveryOptions.TlsPolicy, 'REQUIRE');
      assert.deepEqual(mailing.SuppressionOptions.SuppressedReasons, ['BOUNCE', 'COMPLAINT']);
      assert.match(JSON.stringify(EventDestination.EventBridgeDestination.EventBusArn), /event-bus\/default/);
      assert.deepEqual(EventDestination.MatchingEventTypes.toSorted(), [
        'bounce',
        'complaint',
        'delivery',
        'deliveryDelay',
        'reject',
        'send',
      ]);
      assert.equal(EventDestination.Enabled, true);
    });

    test('nobody can sign up alone, passwords are long, and a second factor is offered', () => {
      const pool = one(template, 'AWS::Cognito::UserPool').Properties;
      assert.equal(pool.AdminCreateUserConfig.AllowAdminCreateUserOnly, true);
      assert.ok(pool.Policies.PasswordPolicy.MinimumLength >= 12);
      assert.deepEqual([pool.MfaConfiguration, pool.EnabledMfas], ['OPTIONAL', ['SOFTWARE_TOKEN_MFA']]);
      assert.equal(one(template, 'AWS::Cognito::UserPoolDomain').Properties.Domain, loginDomain);
    });

    test('each role is a group of people and a scope of machines', () => {
      const groups = ofType(template, 'AWS::Cognito::UserPoolGroup').map(
        ([, { Properties }]) => Properties.GroupName,
      );
      const { Identifier, Scopes } = one(template, 'AWS::Cognito::UserPoolResourceServer').Properties;
      const scopes = Scopes.map(({ ScopeName }: { ScopeName: string }) => ScopeName);
      assert.deepEqual([groups.toSorted(), scopes.toSorted()], [[...ROLES].sort(), [...ROLES].sort()]);
      assert.equal(Identifier, 'rechnungspost');
    });

    test('people log in with a code from their own machine and get no API scope, and machines have a secret', () => {
      const client = (name: string) =>
        one(template, 'AWS::Cognito::UserPoolClient', `Callers${name}`).Properties;
      const people = client('People');
      assert.deepEqual([people.AllowedOAuthFlows, people.GenerateSecret], [['code'], false]);
      for (const url of people.CallbackURLs) assert.equal(new URL(url).hostname, 'localhost');
      assert.deepEqual(people.AllowedOAuthScopes, ['openid', 'aws.cognito.signin.user.admin']);
      assert.ok(!people.ExplicitAuthFlows.includes('ALLOW_USER_PASSWORD_AUTH'));
      const machines = client('Machines');
      assert.deepEqual([machines.AllowedOAuthFlows, machines.GenerateSecret], [['client_credentials'], true]);
      const scopes = machines.AllowedOAuthScopes.map((scope: { 'Fn::Join': [string, [object, string]] }) =>
        scope['Fn::Join'][1][1].slice(1),
      );
      assert.deepEqual(scopes, ['read', 'write']);
    });

    test('a person who browses the archive can list and open files and do nothing else', () => {
      const { PolicyDocument } = one(template, 'AWS::IAM::ManagedPolicy').Properties;
      const actions = PolicyDocument.Statement.flatMap(({ Action }: { Action: string[] }) => Action);
      assert.ok(actions.includes('s3:GetObject') && actions.includes('s3:ListBucket'));
      for (const action of actions) assert.match(action, /^s3:(?:Get|List)\w+$/);
    });
  });
}
