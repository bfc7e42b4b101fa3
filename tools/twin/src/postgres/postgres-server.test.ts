import { describe, expect, test } from 'vitest';
import { UserError } from '../errors.ts';
import { LOOPBACK, findFreePort } from '../ports.ts';
import { createMasterUser, findExternalPostgres } from './postgres-server.ts';

describe('FAIRLEAD_POSTGRES_URL', () => {
  test.for([undefined, ''])('%j names no server', (text) => {
    expect(findExternalPostgres(text)).toBeUndefined();
  });

  test.for([
    [
      'postgres://admin:secret@db.test:6543/main',
      { host: 'db.test', port: 6543, user: 'admin', password: 'secret', database: 'main' },
    ],
    [
      'postgresql://postgres:p%40ss%2Fword@localhost',
      { host: 'localhost', port: 5432, user: 'postgres', password: 'p@ss/word', database: 'postgres' },
    ],
    [
      'postgres://postgres@[::1]:5432/with%20space?sslmode=disable',
      { host: '::1', port: 5432, user: 'postgres', password: '', database: 'with space' },
    ],
  ] as const)('%s names a server', ([text, superuser]) => {
    expect(findExternalPostgres(text)).toEqual(superuser);
  });

  test.for([
    'localhost:5432',
    'mysql://root@localhost',
    'postgres:///postgres',
    'postgres://',
    'postgres://a:%zz@b',
    'not a URL',
  ])('%s is refused with an example', (text) => {
    expect(() => findExternalPostgres(text)).toThrow(UserError);
    expect(() => findExternalPostgres(text)).toThrow(
      'FAIRLEAD_POSTGRES_URL must look like postgres://user:password@host:5432/postgres',
    );
  });

  test('that is refused does not show its password', () => {
    expect(() => findExternalPostgres('mysql://root:secret@localhost')).not.toThrow('secret');
  });
});

test('a server that cannot be reached is said by its address', async () => {
  const port = await findFreePort();
  const superuser = { host: LOOPBACK, port, user: 'postgres', password: '', database: 'postgres' };
  const failed = createMasterUser(superuser, 'master', 'secret');
  await expect(failed).rejects.toThrow(UserError);
  await expect(failed).rejects.toThrow(`Postgres at 127.0.0.1:${port} cannot be used: `);
});
