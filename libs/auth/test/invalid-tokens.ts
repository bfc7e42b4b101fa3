import type { UserCaller } from '@fairlead/contracts';
import { SignJWT, base64url, type CryptoKey, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { accessTokenRules, serviceTokenRules } from '../src/token-rules.ts';
import { createTestKey, type TestKey } from './test-keys.ts';

const HOUR_SECONDS = 3600;

type Key = CryptoKey | Uint8Array;

interface Parts {
  header: JWTHeaderParameters;
  payload: JWTPayload;
  key: Key;
}

const sign = ({ header, payload, key }: Parts) => new SignJWT(payload).setProtectedHeader(header).sign(key);

const toText = (value: object) => base64url.encode(JSON.stringify(value));

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Turns another character of the part of a token, so that it stays well formed and says something else. */
function corrupt(token: string, part: 0 | 1 | 2): string {
  const parts = token.split('.');
  const text = parts[part] ?? '';
  const middle = Math.floor(text.length / 2);
  parts[part] = text.slice(0, middle) + (text[middle] === 'A' ? 'B' : 'A') + text.slice(middle + 1);
  return parts.join('.');
}

export interface InvalidTokenOptions {
  key: TestKey;
  caller: UserCaller;
  /** In milliseconds. */
  now: number;
}

/** Access tokens that nobody may accept, by what is wrong with them. */
export async function createInvalidAccessTokens({
  key,
  caller,
  now,
}: InvalidTokenOptions): Promise<Record<string, string>> {
  const { type, algorithm, issuer, audience, lifetimeSeconds } = accessTokenRules;
  const iat = Math.floor(now / 1000);
  const valid: Parts = {
    header: { typ: type, alg: algorithm, kid: key.id },
    payload: { iss: issuer, aud: audience, sub: caller.userId, role: caller.role, iat, exp: iat + lifetimeSeconds },
    key: key.privateKey,
  };
  const stranger = await createTestKey();
  const variants: Record<string, Partial<Parts>> = {
    expired: { payload: { ...valid.payload, iat: iat - 2 * HOUR_SECONDS, exp: iat - HOUR_SECONDS } },
    'without an end': { payload: without(valid.payload, 'exp') },
    'not valid yet': { payload: { ...valid.payload, nbf: iat + HOUR_SECONDS } },
    'for another audience': { payload: { ...valid.payload, aud: 'elsewhere' } },
    'without an audience': { payload: without(valid.payload, 'aud') },
    'of another issuer': { payload: { ...valid.payload, iss: 'elsewhere' } },
    'without an issuer': { payload: without(valid.payload, 'iss') },
    'without a subject': { payload: without(valid.payload, 'sub') },
    'of a subject that is no account': { payload: { ...valid.payload, sub: 'root' } },
    'with a role that does not exist': { payload: { ...valid.payload, role: 'owner' } },
    'without a role': { payload: without(valid.payload, 'role') },
    'of another type': { header: { ...valid.header, typ: 'JWT' } },
    'of the type of service tokens': { header: { ...valid.header, typ: serviceTokenRules.type } },
    'without a type': { header: without(valid.header, 'typ') },
    'without a key id': { header: without(valid.header, 'kid') },
    'forged with another key': { key: stranger.privateKey },
    'forged with a key that it brings along': {
      header: { ...valid.header, kid: stranger.id, jwk: stranger.publicJwk },
      key: stranger.privateKey,
    },
    'forged with a key from an address in it': {
      header: { ...valid.header, kid: stranger.id, jku: 'https://attacker.example/jwks.json' },
      key: stranger.privateKey,
    },
    'forged with the public key as a password': {
      header: { ...valid.header, alg: 'HS256' },
      key: utf8(key.publicJwk.x),
    },
    'forged with the public key document as a password': {
      header: { ...valid.header, alg: 'HS256' },
      key: utf8(JSON.stringify(key.publicJwk)),
    },
  };
  const signed = Object.entries(variants).map(
    async ([title, changes]) => [title, await sign({ ...valid, ...changes })] as const,
  );
  const token = await sign(valid);
  const [header = '', payload = '', signature = ''] = token.split('.');
  return {
    ...Object.fromEntries(await Promise.all(signed)),
    'with the algorithm "none"': `${toText({ ...valid.header, alg: 'none' })}.${payload}.`,
    'with the algorithm "none" and a signature': `${toText({ ...valid.header, alg: 'none' })}.${payload}.${signature}`,
    'with a critical extension': `${toText({ ...valid.header, crit: ['exp'], exp: 1 })}.${payload}.${signature}`,
    'without a signature': `${header}.${payload}.`,
    'with a changed header': corrupt(token, 0),
    'with a changed payload': corrupt(token, 1),
    'with a changed signature': corrupt(token, 2),
    'with the payload of an admin': `${header}.${toText({ ...valid.payload, role: 'admin' })}.${'A'.repeat(86)}`,
    'cut off': token.slice(0, -10),
    'in four parts': `${token}.${payload}`,
    'with a header that is no JSON': `${base64url.encode('{')}.${payload}.${signature}`,
    'with a header that is a list': `${toText([])}.${payload}.${signature}`,
  };
}

function without<Value extends object>(value: Value, name: keyof Value): Value {
  const { [name]: _absent, ...rest } = value;
  return rest as Value;
}

export interface InvalidServiceTokenOptions {
  caller: string;
  service: string;
  callKey: string;
  now: number;
}

/** Service tokens that nobody may accept, by what is wrong with them. */
export async function createInvalidServiceTokens({
  caller,
  service,
  callKey,
  now,
}: InvalidServiceTokenOptions): Promise<Record<string, string>> {
  const { type, algorithm, lifetimeSeconds } = serviceTokenRules;
  const iat = Math.floor(now / 1000);
  const valid: Parts = {
    header: { typ: type, alg: algorithm },
    payload: { iss: caller, aud: service, iat, exp: iat + lifetimeSeconds },
    key: utf8(callKey),
  };
  const variants: Record<string, Partial<Parts>> = {
    'of an expired call': { payload: { ...valid.payload, iat: iat - 2 * HOUR_SECONDS, exp: iat - HOUR_SECONDS } },
    'of a call that never expires': { payload: without(valid.payload, 'exp') },
    'of a call signed too long ago': {
      payload: { ...valid.payload, iat: iat - HOUR_SECONDS, exp: iat + HOUR_SECONDS },
    },
    'of a call to another service': { payload: { ...valid.payload, aud: 'elsewhere' } },
    'of a service that may not call': { payload: { ...valid.payload, iss: 'stranger' } },
    'of a service without a name': { payload: without(valid.payload, 'iss') },
    'of a call with another key': { key: utf8('k'.repeat(64)) },
    'of a call with another algorithm': { header: { ...valid.header, alg: 'HS512' } },
    'of a call with the type of access tokens': { header: { ...valid.header, typ: accessTokenRules.type } },
  };
  const signed = Object.entries(variants).map(
    async ([title, changes]) => [title, await sign({ ...valid, ...changes })] as const,
  );
  const token = await sign(valid);
  const [, payload = ''] = token.split('.');
  return {
    ...Object.fromEntries(await Promise.all(signed)),
    'of a call with the algorithm "none"': `${toText({ ...valid.header, alg: 'none' })}.${payload}.`,
    'of a call with a changed payload': corrupt(token, 1),
    'of a call with a changed signature': corrupt(token, 2),
  };
}
