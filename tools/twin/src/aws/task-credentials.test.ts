import { expect, test } from 'vitest';
import { TaskCredentials } from './task-credentials.ts';
import { describeTask } from './test/start-test-endpoint.ts';

const HOUR = 3_600_000;
const task = describeTask();

test('are renewed an hour before they expire, the old key good until then', () => {
  let now = 0;
  const credentials = new TaskCredentials({ find: () => task }, () => now);
  const first = credentials.find(task.id)!;
  expect(first.Expiration).toBe(new Date(6 * HOUR).toISOString());
  now = 5 * HOUR - 1;
  expect(credentials.find(task.id)).toEqual(first);
  now = 5 * HOUR;
  const second = credentials.find(task.id)!;
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId);
  expect(credentials.findOwner(first.AccessKeyId)).toBe(task);
  now = 6 * HOUR;
  expect(credentials.findOwner(first.AccessKeyId)).toBeUndefined();
  expect(credentials.findOwner(second.AccessKeyId)).toBe(task);
});

test('belong to one task and end with it', () => {
  const running = new Map([task, describeTask({ id: 'other' })].map((one) => [one.id, one]));
  const credentials = new TaskCredentials({ find: (id) => running.get(id) });
  const mine = credentials.find(task.id)!;
  expect(credentials.find('other')?.AccessKeyId).not.toBe(mine.AccessKeyId);
  running.delete(task.id);
  expect(credentials.findOwner(mine.AccessKeyId)).toBeUndefined();
  expect(credentials.find(task.id)).toBeUndefined();
});
