import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const certificate = (file: string) => fileURLToPath(new URL(`../certs/${file}`, import.meta.url));
/** Path of the certificate, for NODE_EXTRA_CA_CERTS of a process that must trust the issuer. */
export const ISSUER_CERTIFICATE = certificate('loopback.crt');

export type Claims = Readonly<Record<string, unknown>>;

export interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

/** Makes an RSA key, as user pools have. */
export function makeKey(kid: string): Key {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    kid,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' },
  };
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Makes a JWS in compact form (RFC 7515).
 * @param header fields added to its header, or replacing some of them
 */
export function sign(claims: Claims, { kid, privateKey }: Key, header: object = {}): string {
  const text = `${base64url({ kid, alg: 'RS256', ...header })}.${base64url(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

/**
 * Starts a token issuer on the loopback that acts like a Cognito user pool, imitated from its documentation:
 * it publishes keys and issues access tokens with the pool's claims. It has no login pages.
 * @param now clock in milliseconds since 1970, by which its tokens begin and end
 */
export async function startTokenIssuer(now: () => number = Date.now) {
  const state = { keys: [makeKey('first')], fetches: 0, broken: false };
  const server = createServer(
    { key: readFileSync(certificate('loopback.key')), cert: readFileSync(ISSUER_CERTIFICATE) },
    (request, response) => {
      state.fetches++;
      const found = !state.broken && request.url === '/eu-central-1_Test/.well-known/jwks.json';
      response.writeHead(found ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ? { keys: state.keys.map(({ jwk }) => jwk) } : {}));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/eu-central-1_Test`;

  /** Returns the claims that all access tokens have. */
  const common = () => {
    const iat = Math.floor(now() / 1000);
    return { iss: url, token_use: 'access', version: 2, iat, auth_time: iat, exp: iat + 3600, jti: 'j1' };
  };
  return {
    url,
    /** What tests may change while it runs: its keys, and whether it answers. */
    state,
    /** Returns the claims of a person in these groups. */
    person: (groups: readonly string[], username = '8d3f2a10-clerk'): Claims => ({
      ...common(),
      sub: username,
      username,
      client_id: 'people',
      scope: 'openid',
      ...(groups.length > 0 ? { 'cognito:groups': groups } : {}),
    }),
    /** Returns the claims of a machine with these scopes of the API. */
    machine: (scopes: readonly string[], client = 'till'): Claims => ({
      ...common(),
      sub: client,
      client_id: client,
      scope: scopes.map((scope) => `rechnungspost/${scope}`).join(' '),
    }),
    token: (claims: Claims): string => sign(claims, state.keys[0]!),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
export type TokenIssuer = Awaited<ReturnType<typeof startTokenIssuer>>;
