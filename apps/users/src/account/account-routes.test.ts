import fc from 'fast-check';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { refresh, signIn } from '../../test/sign-in.ts';
import { addAccount, PASSWORD, startUsers } from '../../test/start-users.ts';
import type { User } from './account.ts';

const EMAIL = 'ada@shop.example';
const UNKNOWN = '01a1fd95-ac1d-77a5-996f-79e362c5112c';

describe('signing up', () => {
  test('opens an account of a customer, who can sign in at once', async () => {
    const { app } = await startUsers();
    await request(app).post('/users').send({ email: ' Ada@Shop.Example', password: PASSWORD }).expect(202, '');
    const { accessToken } = await signIn(app, EMAIL);
    const me = await request(app).get('/users/me').set('Authorization', `Bearer ${accessToken}`).expect(200);
    expect(me.body).toEqual({
      id: expect.any(String),
      email: EMAIL,
      role: 'customer',
      status: 'active',
      createdAt: expect.any(String),
    });
  });

  test('with a taken address gets the same answer, and leaves the account as it was', async () => {
    const { app, log } = await startUsers();
    const answers = [];
    for (const password of [PASSWORD, 'the password of somebody else']) {
      const response = await request(app).post('/users').send({ email: EMAIL, password });
      const { 'x-request-id': _id, date: _date, ...headers } = response.headers as Record<string, string>;
      answers.push({ status: response.status, headers, text: response.text });
    }
    expect(answers[1]).toEqual(answers[0]);
    await signIn(app, EMAIL);
    const stranger = { email: EMAIL, password: 'the password of somebody else' };
    await request(app).post('/users/sessions').send(stranger).expect(401);
    expect(log.filter((line) => line.includes('"signed up"'))).toHaveLength(1);
  });

  test('by many at once with one address opens one account', async () => {
    const users = await startUsers();
    const { app } = users;
    const sent = Array.from({ length: 10 }, () =>
      request(app).post('/users').send({ email: EMAIL, password: PASSWORD }),
    );
    const responses = await Promise.all(sent);
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 202));
    const accounts = (await users.readTables()).filter((row) => JSON.stringify(row).includes('password_hash'));
    expect(accounts).toHaveLength(1);
  });

  test.each([
    ['an address that is none', { email: 'ada' }, 'email'],
    ['an address that is too long', { email: `${'a'.repeat(250)}@shop.example` }, 'email'],
    ['no address', { email: undefined }, 'email'],
    ['a password of seven characters', { password: '1234567' }, 'password'],
    ['a password of 129 characters', { password: 'x'.repeat(129) }, 'password'],
    ['one of the most common passwords', { password: 'trustno1' }, 'password'],
    ['one of them in capitals', { password: 'TRUSTNO1' }, 'password'],
    ['a password with broken Unicode', { password: '12345678\ud800' }, 'password'],
    ['a password that is a number', { password: 1234567890 }, 'password'],
    ['a role', { role: 'admin' }, 'role'],
    ['a status', { status: 'active' }, 'status'],
    ['an id', { id: UNKNOWN }, 'id'],
  ])('with %s is refused, and the field is named', async (_title, changes, field) => {
    const { app } = await startUsers();
    const response = await request(app)
      .post('/users')
      .send({ email: EMAIL, password: PASSWORD, ...changes })
      .expect(400);
    expect(response.body).toMatchObject({ code: 'request/invalid', errors: [{ in: 'body', field }] });
  });

  test('takes passwords of 8 and of 128 characters whole, however many bytes these are', async () => {
    const { app } = await startUsers();
    for (const [index, password] of ['12345 78', 'ä'.repeat(128), '🔑'.repeat(128)].entries()) {
      const email = `user-${index}@shop.example`;
      await request(app).post('/users').send({ email, password }).expect(202);
      await signIn(app, email, password);
      const shorter = Array.from(password).slice(0, -1).join('');
      await request(app).post('/users/sessions').send({ email, password: shorter }).expect(401);
    }
  });

  test('takes no field that it does not name, in any request', async () => {
    const users = await startUsers();
    const { app } = users;
    const { authorization } = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const bodies = [
      { method: 'post', path: '/users', body: { email: EMAIL, password: PASSWORD } },
      { method: 'post', path: '/users/sessions', body: { email: EMAIL, password: PASSWORD } },
      { method: 'post', path: '/users/sessions/refresh', body: { refreshToken: 'A'.repeat(43) } },
      { method: 'put', path: '/users/me/password', body: { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` } },
      { method: 'patch', path: `/users/${UNKNOWN}`, body: { role: 'admin' } },
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bodies),
        fc.string().filter((key) => key !== '__proto__' && !/^(role|status)$/.test(key)),
        async ({ method, path, body }, key) => {
          fc.pre(!Object.hasOwn(body, key));
          const sent = request(app)[method](path).set('Authorization', authorization);
          const response = await sent.send({ ...body, [key]: 'admin' });
          expect(response.status).toBe(400);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('changing the password', () => {
  test('ends every session, and only the new password opens another', async () => {
    const users = await startUsers();
    const { app } = users;
    const { authorization } = await addAccount(users, { email: EMAIL });
    const { refreshToken } = await signIn(app, EMAIL);
    await request(app)
      .put('/users/me/password')
      .set('Authorization', authorization)
      .send({ currentPassword: PASSWORD, newPassword: 'a new password' })
      .expect(204);
    await refresh(app, refreshToken).expect(401);
    await request(app).post('/users/sessions').send({ email: EMAIL, password: PASSWORD }).expect(401);
    await signIn(app, EMAIL, 'a new password');
  });

  test('needs the current one, which cannot be guessed for long', async () => {
    const users = await startUsers({ signInsPerAccount: 3 });
    const { authorization } = await addAccount(users, { email: EMAIL });
    const guess = () =>
      request(users.app)
        .put('/users/me/password')
        .set('Authorization', authorization)
        .send({ currentPassword: 'a guess', newPassword: 'a new password' });
    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await guess().expect(403)).body).toMatchObject({ code: 'users/password-wrong' });
    }
    expect((await guess().expect(429)).body).toMatchObject({ code: 'users/too-many-attempts' });
  });

  test('takes effect once where two change it at once', async () => {
    const users = await startUsers();
    const { authorization } = await addAccount(users, { email: EMAIL });
    const responses = await Promise.all(
      ['the first new one', 'the second new one'].map((newPassword) =>
        request(users.app)
          .put('/users/me/password')
          .set('Authorization', authorization)
          .send({ currentPassword: PASSWORD, newPassword }),
      ),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([204, 403]);
  });
});

describe('accounts', () => {
  test('are seen by their owners and by admins; for others they do not exist', async () => {
    const users = await startUsers();
    const { app } = users;
    const owner = await addAccount(users, { email: EMAIL });
    const other = await addAccount(users, { email: 'grace@shop.example' });
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const get = (id: string, { authorization }: { authorization: string }) =>
      request(app).get(`/users/${id}`).set('Authorization', authorization);
    expect((await get(owner.userId, owner).expect(200)).body).toMatchObject({ id: owner.userId, email: EMAIL });
    await get(owner.userId, admin).expect(200);
    expect((await get(owner.userId.toUpperCase(), owner).expect(200)).body).toMatchObject({ id: owner.userId });
    await get(owner.userId.toUpperCase(), other).expect(404);
    const hidden = await get(owner.userId, other).expect(404);
    const absent = await get(UNKNOWN, other).expect(404);
    expect(hidden.body.code).toBe(absent.body.code);
  });

  test('are listed page by page in the order they were opened', async () => {
    const users = await startUsers();
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const emails = Array.from({ length: 6 }, (_, index) => `user-${index}@shop.example`);
    for (const email of emails) await addAccount(users, { email });
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const query = { limit: 3, ...(cursor !== null && { cursor }) };
      const list = request(users.app).get('/users').query(query).set('Authorization', admin.authorization);
      const { items, nextCursor } = (await list.expect(200)).body as { items: User[]; nextCursor: string | null };
      pages.push(items.map(({ email }) => email));
      cursor = nextCursor;
    } while (cursor !== null);
    expect(pages).toEqual([['admin@shop.example', ...emails.slice(0, 2)], emails.slice(2, 5), emails.slice(5)]);
  });

  test('are told to services as they are now, and nothing else of them', async () => {
    const users = await startUsers();
    const { userId } = await addAccount(users, { email: EMAIL });
    const ask = async (id: string) =>
      request(users.app)
        .get(`/accounts/${id}`)
        .set('Authorization', `Bearer ${await users.access.serviceToken('payments')}`);
    const found = await ask(userId);
    expect(found.status).toBe(200);
    expect(found.body).toEqual({ id: userId, email: EMAIL, role: 'customer', status: 'active' });
    expect((await ask(userId.toUpperCase())).body).toEqual(found.body);
    expect((await ask(UNKNOWN)).body).toMatchObject({ status: 404, code: 'users/account-not-found' });
  });
});

describe('admins', () => {
  test('make others admins, suspend them and let them in again', async () => {
    const users = await startUsers();
    const { app } = users;
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const { userId } = await addAccount(users, { email: EMAIL });
    const patch = async (changes: Partial<User>) => {
      const sent = request(app).patch(`/users/${userId}`).set('Authorization', admin.authorization).send(changes);
      return (await sent.expect(200)).body as User;
    };
    expect(await patch({ role: 'admin' })).toMatchObject({ role: 'admin', status: 'active' });
    expect(await patch({ status: 'suspended' })).toMatchObject({ role: 'admin', status: 'suspended' });
    await request(app).post('/users/sessions').send({ email: EMAIL, password: PASSWORD }).expect(401);
    expect(await patch({ status: 'active', role: 'customer' })).toMatchObject({ role: 'customer', status: 'active' });
    await signIn(app, EMAIL);
  });

  test('who are admins no more cannot use the token from before', async () => {
    const users = await startUsers();
    const first = await addAccount(users, { email: 'first@shop.example', role: 'admin' });
    const second = await addAccount(users, { email: 'second@shop.example', role: 'admin' });
    const demote = request(users.app).patch(`/users/${second.userId}`).set('Authorization', first.authorization);
    await demote.send({ role: 'customer' }).expect(200);
    await request(users.app)
      .patch(`/users/${second.userId}`)
      .set('Authorization', second.authorization)
      .send({ role: 'admin' })
      .expect(403);
  });

  test.each([{ role: 'customer' }, { status: 'suspended' }])('keep one who is active: %o', async (changes) => {
    const users = await startUsers();
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    for (const id of [admin.userId, admin.userId.toUpperCase()]) {
      const patch = request(users.app).patch(`/users/${id}`).set('Authorization', admin.authorization);
      expect((await patch.send(changes).expect(409)).body).toMatchObject({ code: 'users/last-admin' });
    }
    await request(users.app).get('/users').set('Authorization', admin.authorization).expect(200);
  });

  test('keep one who is active when two take each other down at once', async () => {
    const users = await startUsers();
    const { accounts } = users.dependencies;
    for (let round = 0; round < 20; round++) {
      const [first, second] = await Promise.all(
        ['a', 'b'].map((name) => addAccount(users, { email: `${name}-${round}@shop.example`, role: 'admin' })),
      );
      const results = await Promise.allSettled([
        accounts.update(first!.userId, { role: 'customer' }),
        accounts.update(second!.userId, { status: 'suspended' }),
      ]);
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      const left = results[0].status === 'rejected' ? first! : second!;
      // Ends the round without an admin, past the rule that is tested.
      await users.makeCustomer(left.userId);
    }
  });

  test('who change an account that does not exist are told so', async () => {
    const users = await startUsers();
    const admin = await addAccount(users, { email: 'admin@shop.example', role: 'admin' });
    const patch = request(users.app).patch(`/users/${UNKNOWN}`).set('Authorization', admin.authorization);
    await patch.send({ role: 'admin' }).expect(404);
    await request(users.app)
      .patch(`/users/${admin.userId}`)
      .set('Authorization', admin.authorization)
      .send({})
      .expect(400);
  });
});
