import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ofType, type StackTemplate, synthesized } from '#test/support/aws/synthesized.ts';

const { stages, stack } = await synthesized();

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: object;
}

/**
 * Lists every statement of every policy of roles, resources and trust, with the name of the resource it
 * belongs to.
 */
function statementsOf(template: StackTemplate): (Statement & { readonly of: string })[] {
  return Object.entries(template.Resources).flatMap(([of, { Properties }]) =>
    Object.entries(Properties ?? {}).flatMap(([key, document]) =>
      /Policy(?:Document)?$/.test(key) && Array.isArray((document as { Statement?: unknown }).Statement)
        ? (document as { Statement: Statement[] }).Statement.map((statement) => ({ ...statement, of }))
        : [],
    ),
  );
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Writes the resource with each reference as `<Name.Attribute>`, or as the export that it imports. */
function text(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [[key, value]] = Object.entries(resource as Record<string, unknown>) as [[string, never]];
  if (key === 'Fn::Join') return (value as [string, unknown[]])[1].map(text).join('');
  return key === 'Fn::GetAtt' ? `<${(value as string[]).join('.')}>` : `<${value}>`;
}

/** Roles that may do something with everything, and why nothing narrower will do. */
const EVERYTHING: readonly { readonly of: RegExp; readonly actions: RegExp; readonly why: string }[] = [
  {
    of: /^SendMailRole/,
    actions:
      /^ec2:(?:Create|Delete|Describe)NetworkInterfaces?$|^ec2:DescribeSubnets$|^ec2:(?:Una|A)ssignPrivateIpAddresses$/,
    why: 'Lambda joins a network with it, and does so before there is an interface to name',
  },
  {
    of: /^(?:SendMail|Api)Role/,
    actions: /^ses:GetAccount$/,
    why: 'the quota is that of the whole account',
  },
  {
    of: /^ApiRole/,
    actions: /^ses:(?:List|Delete)SuppressedDestinations?$/,
    why: 'the account has one suppression list',
  },
];

/** Roles that may do all actions of a name, and why. */
const ALL_ACTIONS: readonly { readonly of: RegExp; readonly actions: RegExp; readonly why: string }[] = [
  {
    of: /^ArchivePolicy/,
    actions: /^s3:(?:GetBucket|List|DeleteObject)\*$/,
    why: 'the helper of CDK that empties the bucket of a stage which goes with its stack',
  },
];

/** Resources that may end with a wildcard, and why. */
const BELOW: readonly { readonly of: RegExp; readonly resources: RegExp; readonly why: string }[] = [
  {
    of: /^(?:BillingRun|PrintDocuments|PrintOnDemand|SendMail|Api)Role|^ArchiveReader/,
    resources: /Archive\w+(?:\.Arn)?>\/(?:invoices|delivery-notes|mail|print|templates|\.rechnungspost)\/\*$/,
    why: 'keys below one prefix of the archive',
  },
  {
    of: /^(?:SendMail|Api)Role/,
    resources: /^arn:aws:ses:eu-central-1:<AWS::AccountId>:identity\/\*$/,
    why: 'in the sandbox SES asks for the right to the recipient too; the sender is a condition, and a setting',
  },
  { of: /^SchedulerRole/, resources: /^<BillingRun\w+\.Arn>:\*$/, why: 'versions of the one function' },
  { of: /^ArchivePolicy/, resources: /^<Archive\w+\.Arn>\/\*$/, why: "the bucket's own policy" },
];

for (const { name, retained, lock, sender } of stages) {
  for (const kind of ['storage', 'service'] as const) {
    const allowed = statementsOf(stack(name, kind)).filter(({ Effect }) => Effect === 'Allow');
    describe(`rights in the ${kind} stack of ${name}`, () => {
      test('no action is a wildcard without a reason', () => {
        for (const { of, Action } of allowed) {
          for (const action of list(Action).filter((action) => action.includes('*'))) {
            assert.ok(!retained, `${of}: ${action} in a stage that is kept`);
            assert.ok(
              ALL_ACTIONS.some((one) => one.of.test(of) && one.actions.test(action)),
              `${of}: ${action}`,
            );
          }
        }
      });

      test('no resource is a wildcard without a reason', () => {
        for (const { of, Action, Resource } of allowed) {
          for (const resource of Resource === undefined ? [] : list(Resource).map(text)) {
            if (resource === '*') {
              const reasons = EVERYTHING.filter((one) => one.of.test(of));
              for (const action of list(Action)) {
                assert.ok(
                  reasons.some(({ actions }) => actions.test(action)),
                  `${of}: ${action} on everything`,
                );
              }
            } else if (resource.includes('*')) {
              assert.ok(
                BELOW.some((one) => one.of.test(of) && one.resources.test(resource)),
                `${of}: ${resource}`,
              );
            }
          }
        }
      });

      test('nothing is open to everybody', () => {
        for (const { of, Principal } of allowed)
          assert.doesNotMatch(JSON.stringify(Principal ?? ''), /"\*"/, of);
      });

      test('roles have no managed policies, which others could extend unseen', () => {
        for (const [id, { Properties }] of ofType(stack(name, kind), 'AWS::IAM::Role')) {
          if (retained || !id.startsWith('CustomS3AutoDeleteObjects')) {
            assert.equal(Properties.ManagedPolicyArns, undefined, id);
          }
        }
      });
    });
  }

  const ofFunctions = statementsOf(stack(name, 'service')).filter(({ Effect }) => Effect === 'Allow');
  describe(`rights of the functions in ${name}`, () => {
    const who = (action: string, resource: RegExp = /./): string[] =>
      ofFunctions
        .filter(
          ({ Action, Resource }) =>
            list(Action).includes(action) &&
            list(Resource)
              .map(text)
              .some((found) => resource.test(found)),
        )
        .map(({ of }) => /^(\w+?)Role/.exec(of)?.[1] ?? of)
        .toSorted();

    test('no function can delete from the archive or change the table or the bucket itself', () => {
      const actions = ofFunctions.flatMap(({ Action }) => list(Action));
      assert.ok(actions.length > 30);
      for (const action of actions) {
        assert.doesNotMatch(action, /^s3:(?:Delete|Bypass|PutBucket|PutLifecycle)|^dynamodb:\w*Table|^iam:/);
      }
    });

    test('only functions that print may file invoices, and only they may protect them', () => {
      const printers = ['PrintDocuments', 'PrintOnDemand'];
      assert.deepEqual(who('s3:PutObject', /\/invoices\/\*$/), printers);
      assert.deepEqual(who('s3:PutObjectRetention'), lock === 'none' ? [] : printers);
      assert.deepEqual(who('s3:PutObject', /\.rechnungspost\/\*$/), [...printers, 'SendMail']);
    });

    test('only functions that send mail know the password and send, and only as the sender', () => {
      assert.deepEqual(who('secretsmanager:GetSecretValue'), ['Api', 'SendMail']);
      assert.deepEqual(who('secretsmanager:PutSecretValue'), ['Api']);
      assert.deepEqual(who('ses:SendEmail'), ['Api', 'SendMail']);
      for (const { Action, Condition } of ofFunctions) {
        if (!list(Action).includes('ses:SendEmail')) continue;
        assert.deepEqual(Condition, { StringLike: { 'ses:FromAddress': `*@${sender}` } });
      }
    });

    test('functions that send know the quota, and only the HTTP API the suppression list and the sender’s status', () => {
      assert.deepEqual(who('ses:GetAccount'), ['Api', 'SendMail']);
      for (const action of [
        'ListSuppressedDestinations',
        'DeleteSuppressedDestination',
        'GetEmailIdentity',
      ]) {
        assert.deepEqual(who(`ses:${action}`), ['Api'], action);
      }
      const ofSes = ofFunctions
        .flatMap(({ Action }) => list(Action))
        .filter((action) => /^ses:/.test(action));
      assert.equal(new Set(ofSes).size, 6, `${ofSes}`);
    });

    test('the HTTP API reads the archive, files nothing and calls the one function that prints on demand', () => {
      assert.ok(!who('s3:PutObject').includes('Api'));
      const archive = ofFunctions
        .filter(({ of, Action }) => of.startsWith('ApiRole') && list(Action).includes('s3:GetObject'))
        .flatMap(({ Resource }) => list(Resource).map(text))
        .map((resource) => resource.split('/').at(-2));
      assert.deepEqual(archive.toSorted(), ['delivery-notes', 'invoices', 'print', 'templates']);
      assert.deepEqual(who('lambda:InvokeFunction', /^<PrintOnDemand\w+\.Arn>$/), ['Api']);
      assert.deepEqual(who('sqs:SendMessage', /^<(?:Runs|Mails)Queue\w+\.Arn>$/).includes('Api'), true);
      assert.ok(!who('sqs:SendMessage', /^<DocumentsQueue/).includes('Api'));
    });

    test('sweep cannot write to the table', () => {
      assert.ok(!who('dynamodb:PutItem').includes('Sweep'));
    });
  });
}
