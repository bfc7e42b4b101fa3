import { expect, test } from 'vitest';
import { parseDatabaseCredentials } from './credentials.ts';

const text = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({ username: 'catalog', password: 'hunter2', ssl: 'true', host: 'db', ...changes });

test('a database secret is read, whatever else it holds', () => {
  expect(parseDatabaseCredentials(text())).toEqual({ username: 'catalog', password: 'hunter2', ssl: true });
  expect(parseDatabaseCredentials(text({ ssl: 'false' })).ssl).toBe(false);
});

test.each([
  'hunter2',
  '"hunter2"',
  'null',
  '["hunter2"]',
  text({ username: '' }),
  text({ password: 7 }),
  text({ ssl: true }),
  text({ ssl: undefined }),
])('a text of another form is refused without being told: %s', (wrong) => {
  const read = () => parseDatabaseCredentials(wrong);
  expect(read).toThrow('a database secret is a JSON object with the texts username, password and ssl');
  expect(read).not.toThrow(/hunter2/);
});
