import { JwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwksValidationError, JwkValidationError, JwtBaseError } from 'aws-jwt-verify/error';
import { type Fetcher, SimpleFetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache, SimplePenaltyBox } from 'aws-jwt-verify/jwk';
import { Fault } from '#core/errors.ts';

/**
 * A token with an unknown key id causes the keys to be fetched again, because the key may be new. This pause
 * bounds the fetches that invented key ids can cause.
 */
const BETWEEN_FETCHES_SECONDS = 10;

/**
 * Creates a reader of access tokens of a Cognito user pool (RFC 9068 in spirit, with claims of its own). The
 * pool's keys are fetched with the first token and kept as long as the process lives.
 *
 * A person has the roles of their groups; a machine, which logs in with its client's own secret, has the
 * roles of its scopes. Scopes in a person's token are ignored, because every client may ask for them on
 * behalf of anybody.
 * @param options `issuer`: the pool's address, `https://cognito-idp.REGION.amazonaws.com/POOL`. `roles`: the
 * groups that count; with `scopePrefix` before them, the scopes
 * @returns a function that tells who shows a token; undefined for a token that is missing, forged, changed or
 * expired, and for an ID token, which tells a page who somebody is but grants nothing
 * @throws Fault `unavailable` when the issuer's keys cannot be fetched, so that nobody can tell whether the
 * token is good
 */
export function createTokenReader<Role extends string>(options: {
  readonly issuer: string;
  readonly roles: readonly Role[];
  readonly scopePrefix: string;
  readonly fetcher?: Fetcher;
}): (token: string | undefined) => Promise<{ readonly name: string; readonly roles: Role[] } | undefined> {
  const { issuer, roles, scopePrefix, fetcher = new SimpleFetcher() } = options;
  const penaltyBox = new SimplePenaltyBox({ waitSeconds: BETWEEN_FETCHES_SECONDS });
  // Cognito's access tokens name no audience; none is needed, because the pool has no clients but those of
  // this program.
  const verifier = JwtVerifier.create(
    { issuer, audience: null },
    { jwksCache: new SimpleJwksCache({ fetcher, penaltyBox }) },
  );

  return async (token) => {
    if (token === undefined) return undefined;
    const claims = await verifier.verify(token).catch((error: unknown) => {
      if (isNotTheTokens(error)) throw unavailable(issuer, error);
      if (error instanceof JwtBaseError) return undefined;
      throw error;
    });
    // The verifier accepts tokens without an expiry, so it is checked here.
    if (claims?.token_use !== 'access' || claims.exp === undefined) return undefined;
    const { username, client_id: client, scope = '' } = claims;
    const given =
      username === undefined
        ? scope.split(' ').map((one) => (one.startsWith(scopePrefix) ? one.slice(scopePrefix.length) : ''))
        : claims['cognito:groups'];
    return {
      name: String(username ?? client ?? claims.sub),
      roles: roles.filter((role) => Array.isArray(given) && given.includes(role)),
    };
  };
}

const isNotTheTokens = (error: unknown): error is Error =>
  error instanceof FetchError || error instanceof JwksValidationError || error instanceof JwkValidationError;

const unavailable = (issuer: string, cause: Error): Fault =>
  new Fault(
    'unavailable',
    `Whether the token is good cannot be checked just now, for the keys of ${issuer} cannot be fetched (${cause.message}): repeat the call in a minute.`,
    { cause },
  );
