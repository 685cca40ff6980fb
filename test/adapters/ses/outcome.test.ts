import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf } from '#adapters/ses/outcome.ts';

const error = (message: string, over: object) => Object.assign(new Error(message), over);

/**
 * These errors cannot be caused on the loopback; Node and the HTTP handler of the SDK word them like this.
 */
describe('errors of SES', () => {
  for (const [what, thrown, state] of [
    ['no such host', error('getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' }), 'deferred'],
    [
      'no connection in time',
      error('the request socket did not establish a connection with the server within the configured', {
        name: 'TimeoutError',
      }),
      'deferred',
    ],
    ['a certificate of another', error('altnames', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'deferred'],
    [
      'a handshake that broke off',
      error('Client network socket disconnected before secure TLS connection was established', {
        code: 'ECONNRESET',
      }),
      'deferred',
    ],
    ['a connection that broke off', error('read ECONNRESET', { code: 'ECONNRESET' }), 'unknown'],
    ['an answer nobody can read', new SyntaxError('Unexpected token <'), 'unknown'],
  ] as const) {
    it(`an error of SES, ${what}, leaves the mail ${state}`, () => {
      const { state: found, reason } = refusalOf(thrown);
      assert.equal(found, state);
      assert.ok(reason.includes(thrown.message));
    });
  }
});
