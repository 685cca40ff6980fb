import { CfnOutput, Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolGroup,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';

/**
 * The roles of callers: each is a group for people and a scope for machines. `http/who-may-call.ts` says what
 * each may do.
 */
const ROLES = {
  read: 'Looks at customers, deliveries, invoices and mails',
  write: 'Bills, mails, cancels, and changes all that can be changed',
  auditor: 'Looks at everything, the settings too, and changes nothing',
} as const;
type Role = keyof typeof ROLES;

/**
 * The redirect address after login: a program on the person's own machine listens there for the code, and
 * nobody else can receive it (RFC 8252, 7.3).
 */
const CALLBACK = 'http://localhost:8400/';

/**
 * Creates the user pool of those who may call the HTTP API: people in groups, who log in on a page of
 * Cognito, and machines with a secret of their own. Nobody can sign up; the administrator of the stage
 * creates all users.
 * @param options `domain`: the first part of the login page's address
 */
export function callers(
  scope: Construct,
  options: {
    readonly domain: string;
    readonly retained: boolean;
    readonly removalPolicy: RemovalPolicy;
  },
): UserPool {
  const pool = new UserPool(scope, 'Callers', {
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    deletionProtection: options.retained,
    removalPolicy: options.removalPolicy,
  });
  for (const [groupName, description] of Object.entries(ROLES)) {
    new UserPoolGroup(scope, `${groupName}Group`, { userPool: pool, groupName, description });
  }
  const scopes = Object.entries(ROLES).map(
    ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
  );
  const server = pool.addResourceServer('Api', { identifier: 'rechnungspost', scopes });
  const scopeOf = (role: Role) =>
    OAuthScope.resourceServer(server, scopes.find(({ scopeName }) => scopeName === role)!);
  const domain = pool.addDomain('Login', { cognitoDomain: { domainPrefix: options.domain } });

  const people = pool.addClient('People', {
    generateSecret: false,
    // Passwords go only through the login page, by Cognito's own protocol (SRP).
    authFlows: { userSrp: true },
    oAuth: {
      flows: { authorizationCodeGrant: true },
      // People get none of the API's scopes, because their groups say what they may do. COGNITO_ADMIN lets
      // them set up a second factor.
      scopes: [OAuthScope.OPENID, OAuthScope.COGNITO_ADMIN],
      callbackUrls: [CALLBACK],
    },
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.hours(12),
  });
  const machines = pool.addClient('Machines', {
    generateSecret: true,
    oAuth: {
      flows: { clientCredentials: true },
      scopes: [scopeOf('read'), scopeOf('write')],
    },
    accessTokenValidity: Duration.hours(1),
  });

  Validations.of(pool).acknowledge(
    {
      id: 'AwsSolutions-COG2',
      reason:
        'A second factor is offered and not asked of everybody: an office may share a machine without phones.',
    },
    {
      id: 'AwsSolutions-COG8',
      reason:
        'The plan that watches for stolen passwords costs by the user and month; a stage may choose it.',
    },
  );
  new CfnOutput(scope, 'UserPool', { value: pool.userPoolId });
  new CfnOutput(scope, 'LoginPage', { value: domain.baseUrl() });
  new CfnOutput(scope, 'PeopleClient', { value: people.userPoolClientId });
  new CfnOutput(scope, 'MachineClient', { value: machines.userPoolClientId });
  return pool;
}
