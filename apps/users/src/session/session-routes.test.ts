import { accessTokenRules } from '@fairlead/auth';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { refresh, refreshTokens, signIn, type Tokens } from '../../test/sign-in.ts';
import { addAccount, PASSWORD, startUsers } from '../../test/start-users.ts';
import { REPEAT_WITHIN_MS, SESSION_MS } from './session-store.ts';

const EMAIL = 'ada@shop.example';

async function startWithAccount(options: Parameters<typeof startUsers>[0] = {}) {
  const users = await startUsers(options);
  return { ...users, account: await addAccount(users, { email: EMAIL }) };
}

describe('signing in', () => {
  test('gives an access token that opens what is for customers, and a refresh token', async () => {
    const { app, account, access } = await startWithAccount();
    const response = await request(app).post('/users/sessions').send({ email: EMAIL, password: PASSWORD }).expect(201);
    expect(response.headers['cache-control']).toBe('no-store');
    const { accessToken, refreshToken, ...rest } = response.body as Tokens;
    expect(rest).toEqual({ tokenType: 'Bearer', expiresIn: accessTokenRules.lifetimeSeconds });
    expect(refreshToken).toMatch(/^[\w-]{43}$/);
    expect(decodeProtectedHeader(accessToken)).toEqual({ typ: 'at+jwt', alg: 'EdDSA', kid: access.signingKey.id });
    expect(decodeJwt(accessToken)).toMatchObject({ sub: account.userId, role: 'customer', iss: 'users' });
    const me = await request(app).get('/users/me').set('Authorization', `Bearer ${accessToken}`).expect(200);
    expect(me.body).toMatchObject({ id: account.userId, email: EMAIL });
  });

  test('takes the address however it is typed', async () => {
    const { app } = await startWithAccount();
    await signIn(app, '  Ada@SHOP.example ');
  });

  test('takes a password in whichever form of Unicode it is typed', async () => {
    const { app } = await startUsers();
    const password = 'caf\u00e9 au lait';
    await request(app).post('/users').send({ email: EMAIL, password }).expect(202);
    await signIn(app, EMAIL, 'cafe\u0301 au lait');
  });

  test('a wrong password, an unknown address and a suspended account get one and the same answer', async () => {
    const users = await startWithAccount();
    const { app } = users;
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const suspended = await addAccount(users, { email: 'suspended@shop.example' });
    await request(app)
      .patch(`/users/${suspended.userId}`)
      .set('Authorization', admin.authorization)
      .send({ status: 'suspended' })
      .expect(200);
    const answers = await Promise.all(
      [
        { email: EMAIL, password: 'another password' },
        { email: 'nobody@shop.example', password: PASSWORD },
        { email: suspended.email, password: PASSWORD },
      ].map(async (credentials) => {
        const response = await request(app).post('/users/sessions').send(credentials).expect(401);
        const { 'x-request-id': _id, date: _date, ...headers } = response.headers as Record<string, string>;
        const { requestId: _requestId, ...body } = response.body;
        return JSON.stringify({ headers, body });
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('users/sign-in-refused');
  });

  test('hashes the password anew when hashes cost more than they did', async () => {
    const { app, database, dependencies } = await startWithAccount();
    const costly = await startUsers({ database, passwordMemoryKiB: 128, passwordPasses: 2 });
    const before = await dependencies.accounts.findPasswordByEmail(EMAIL);
    await signIn(costly.app, EMAIL);
    const after = await dependencies.accounts.findPasswordByEmail(EMAIL);
    expect(before?.hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    expect(after?.hash).toMatch(/^\$argon2id\$v=19\$m=128,t=2,p=1\$/);
    expect(after?.version).toBe(before?.version);
    await signIn(app, EMAIL);
  });

  test('says when to come back while too many passwords are being hashed', async () => {
    const { app } = await startWithAccount({
      passwordHashesAtOnce: 1,
      passwordHashesWaiting: 1,
      passwordMemoryKiB: 19_456,
    });
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => request(app).post('/users/sessions').send({ email: EMAIL, password: PASSWORD })),
    );
    const busy = responses.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(responses.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    for (const { body, headers } of busy) {
      expect(body).toMatchObject({ code: 'users/too-busy' });
      expect(headers['retry-after']).toBe('2');
    }
  });
});

describe('a refresh token', () => {
  test('is exchanged for new tokens, again and again', async () => {
    const { app } = await startWithAccount();
    let { refreshToken } = await signIn(app, EMAIL);
    const seen = new Set([refreshToken]);
    for (let round = 0; round < 5; round++) {
      ({ refreshToken } = await refreshTokens(app, refreshToken));
      seen.add(refreshToken);
    }
    expect(seen.size).toBe(6);
  });

  test('that was stolen ends the session as soon as both have used it', async () => {
    const { app, log } = await startWithAccount();
    const { refreshToken: stolen } = await signIn(app, EMAIL);
    const thief = await refreshTokens(app, stolen);
    const next = await refreshTokens(app, thief.refreshToken);
    const refused = await refresh(app, stolen).expect(401);
    expect(refused.body).toMatchObject({ code: 'users/session-ended' });
    await refresh(app, next.refreshToken).expect(401);
    expect(log.join('')).toContain('spent refresh token used again');
  });

  test('can be sent again when its answer was lost, and is answered with the same token', async () => {
    const { app, clock } = await startWithAccount();
    const { refreshToken } = await signIn(app, EMAIL);
    const lost = await refreshTokens(app, refreshToken);
    clock.now += REPEAT_WITHIN_MS;
    const repeated = await refreshTokens(app, refreshToken);
    expect(repeated.refreshToken).toBe(lost.refreshToken);
    await refreshTokens(app, repeated.refreshToken);
  });

  test('that is sent again too late ends the session', async () => {
    const { app, clock } = await startWithAccount();
    const { refreshToken } = await signIn(app, EMAIL);
    const { refreshToken: next } = await refreshTokens(app, refreshToken);
    clock.now += REPEAT_WITHIN_MS + 1;
    await refresh(app, refreshToken).expect(401);
    await refresh(app, next).expect(401);
  });

  test('that many tabs send at once has one successor, which all of them get', async () => {
    const { app } = await startWithAccount();
    for (let round = 0; round < 20; round++) {
      const { refreshToken } = await signIn(app, EMAIL);
      const answers = await Promise.all(Array.from({ length: 5 }, () => refreshTokens(app, refreshToken)));
      expect(new Set(answers.map((tokens) => tokens.refreshToken)).size).toBe(1);
      await refreshTokens(app, answers[0]!.refreshToken);
    }
  });

  test('ends with its session after thirty days, however often it was exchanged', async () => {
    const { app, clock } = await startWithAccount();
    let { refreshToken } = await signIn(app, EMAIL);
    for (let day = 1; day < 30; day++) {
      clock.now += SESSION_MS / 30;
      ({ refreshToken } = await refreshTokens(app, refreshToken));
    }
    clock.now += SESSION_MS / 30;
    await refresh(app, refreshToken).expect(401);
  });

  test('that nobody was given is refused', async () => {
    const { app } = await startWithAccount();
    await refresh(app, 'A'.repeat(43)).expect(401);
    await refresh(app, 'short').expect(400);
  });

  test('is of no use after signing out, and signing out twice is no fault', async () => {
    const { app } = await startWithAccount();
    const { refreshToken } = await signIn(app, EMAIL);
    const other = await signIn(app, EMAIL);
    await request(app).post('/users/sessions/revoke').send({ refreshToken }).expect(204);
    await request(app).post('/users/sessions/revoke').send({ refreshToken }).expect(204);
    await refresh(app, refreshToken).expect(401);
    await refresh(app, other.refreshToken).expect(200);
  });

  test('is of no use once the account is suspended', async () => {
    const users = await startWithAccount();
    const { app, account } = users;
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const { refreshToken, accessToken } = await signIn(app, EMAIL);
    const suspend = request(app).patch(`/users/${account.userId}`).set('Authorization', admin.authorization);
    await suspend.send({ status: 'suspended' }).expect(200);
    await refresh(app, refreshToken).expect(401);
    await request(app).get('/users/me').set('Authorization', `Bearer ${accessToken}`).expect(401);
  });

  test('brings the role that the account has now', async () => {
    const users = await startWithAccount();
    const { app, account } = users;
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const { refreshToken } = await signIn(app, EMAIL);
    const promote = request(app).patch(`/users/${account.userId}`).set('Authorization', admin.authorization);
    await promote.send({ role: 'admin' }).expect(200);
    const { accessToken } = await refreshTokens(app, refreshToken);
    expect(decodeJwt(accessToken)).toMatchObject({ role: 'admin' });
  });

  test('is kept by the database only in a form that nobody can use', async () => {
    const users = await startWithAccount();
    const { refreshToken } = await signIn(users.app, EMAIL);
    const { refreshToken: next } = await refreshTokens(users.app, refreshToken);
    const dump = JSON.stringify(await users.readTables());
    for (const token of [refreshToken, next]) {
      expect(dump).not.toContain(token);
      expect(dump).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
    }
  });
});
