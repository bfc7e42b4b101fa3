import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addAccount, startUsers } from '../../test/start-users.ts';
import { REPEAT_WITHIN_MS, type Refreshed } from './session-store.ts';

/** What must hold of a session, whoever sends which of its tokens when. */
class Model {
  /** The tokens in the order they were issued; the last one is not spent. */
  tokens: string[];
  spentAt = new Map<string, number>();
  isOver = false;

  constructor(first: string) {
    this.tokens = [first];
  }

  /** The outcome that sending the token of this position must have. */
  refresh(position: number, now: number): Refreshed['outcome'] | undefined {
    if (this.isOver) return undefined;
    const token = this.tokens[position]!;
    if (position === this.tokens.length - 1) {
      this.spentAt.set(token, now);
      return 'refreshed';
    }
    const isRepeat = position === this.tokens.length - 2 && now - this.spentAt.get(token)! <= REPEAT_WITHIN_MS;
    if (isRepeat) return 'refreshed';
    this.isOver = true;
    return 'reused';
  }
}

test('a session does what its rule says, in whatever order its tokens are sent', async () => {
  const users = await startUsers();
  const { dependencies, clock } = users;
  await addAccount(users, { email: 'ada@shop.example' });
  const password = (await dependencies.accounts.findPasswordByEmail('ada@shop.example'))!;
  const steps = fc.array(
    fc.record({
      /** Counted from the newest token. */
      age: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(3)),
      waitMs: fc.oneof(fc.constant(0), fc.constant(REPEAT_WITHIN_MS), fc.nat(2 * REPEAT_WITHIN_MS)),
    }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (sent) => {
      const session = (await dependencies.sessions.begin(password))!;
      const model = new Model(session.refreshToken);
      for (const { age, waitMs } of sent) {
        clock.now += waitMs;
        const position = Math.max(0, model.tokens.length - 1 - age);
        const wasNewest = position === model.tokens.length - 1;
        const expected = model.refresh(position, clock.now);
        const actual = await dependencies.sessions.refresh(model.tokens[position]!);
        expect(actual?.outcome).toBe(expected);
        if (actual?.outcome !== 'refreshed') continue;
        if (wasNewest) model.tokens.push(actual.refreshToken);
        else expect(actual.refreshToken).toBe(model.tokens[position + 1]);
      }
    }),
    { numRuns: 150 },
  );
});

test('however calls interleave, a session that goes on has one newest token', async () => {
  const users = await startUsers({ databaseConnections: 10 });
  const { dependencies, clock } = users;
  await addAccount(users, { email: 'ada@shop.example' });
  const password = (await dependencies.accounts.findPasswordByEmail('ada@shop.example'))!;
  const { sessions } = dependencies;
  for (let round = 0; round < 30; round++) {
    const first = (await sessions.begin(password))!.refreshToken;
    const second = (await sessions.refresh(first))! as { refreshToken: string };
    // The successor is used while the token before it is sent again: the repeat was in time, or it was reuse.
    const outcomes = await Promise.all([
      ...Array.from({ length: 3 }, () => sessions.refresh(second.refreshToken)),
      ...Array.from({ length: 3 }, () => sessions.refresh(first)),
    ]);
    const wasReused = outcomes.some((outcome) => outcome?.outcome === 'reused');
    const newest = new Set(
      outcomes.slice(0, 3).flatMap((outcome) => (outcome?.outcome === 'refreshed' ? [outcome.refreshToken] : [])),
    );
    expect(newest.size).toBeLessThanOrEqual(1);
    expect(outcomes.filter((outcome) => outcome?.outcome === 'reused').length).toBeLessThanOrEqual(1);
    clock.now += 1;
    for (const token of newest) {
      expect((await sessions.refresh(token))?.outcome).toBe(wasReused ? undefined : 'refreshed');
    }
  }
});

test('no session begins with a password that is changed while it begins', async () => {
  const users = await startUsers({ databaseConnections: 10 });
  const { accounts, sessions } = users.dependencies;
  await addAccount(users, { email: 'ada@shop.example' });
  for (let round = 0; round < 30; round++) {
    const password = (await accounts.findPasswordByEmail('ada@shop.example'))!;
    const [first, isChanged, second] = await Promise.all([
      sessions.begin(password),
      accounts.changePassword(password, password.hash),
      sessions.begin(password),
    ]);
    expect(isChanged).toBe(true);
    for (const session of [first, second]) {
      if (session) expect(await sessions.refresh(session.refreshToken)).toBeUndefined();
    }
    expect(await sessions.begin(password)).toBeUndefined();
  }
});
