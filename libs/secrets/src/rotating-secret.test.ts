import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { startSecretsManager } from '../test/start-secrets-manager.ts';
import { StaticSecrets } from '../test/static-secrets.ts';
import { createSecrets } from './create-secrets.ts';
import type { Secrets } from './secrets.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop';

/** A source of secrets, and what rotates the one in it. Time passes with every step, so that no cache is in the way. */
interface Source {
  secrets: Secrets;
  stage: (text: string) => void;
  promote: () => void;
}

async function startCached(text: string): Promise<Source> {
  let now = 0;
  const server = await startSecretsManager({ AWSCURRENT: { id: '1', text } });
  const secrets = createSecrets({ client: server.client, now: () => (now += 10_000) });
  return {
    secrets,
    stage: (next) => (server.stages.AWSPENDING = { id: '2', text: next }),
    promote: () => {
      const { AWSCURRENT: current, AWSPENDING: pending } = server.stages;
      // Secrets Manager may leave the label on the version that became current.
      server.stages = { AWSCURRENT: pending!, AWSPENDING: pending!, AWSPREVIOUS: current! };
    },
  };
}

function startStatic(text: string): Promise<Source> {
  const secrets = new StaticSecrets({ [ARN]: text });
  return Promise.resolve({
    secrets,
    stage: (next) => {
      secrets.stage(ARN, next);
    },
    promote: () => {
      secrets.promote(ARN);
    },
  });
}

describe.each([
  ['of Secrets Manager', startCached],
  ['in memory', startStatic],
])('a secret %s', (_where, start) => {
  test('has every version that is valid while it is rotated', async () => {
    const { secrets, stage, promote } = await start('first');
    const secret = secrets.rotating(ARN, (text) => text);
    const read = async () => {
      await secret.refresh();
      const { current, previous, pending } = await secret.versions();
      return [current.value.reveal(), previous?.value.reveal(), pending?.value.reveal()];
    };
    expect(await read()).toEqual(['first', undefined, undefined]);
    stage('second');
    expect(await read()).toEqual(['first', undefined, 'second']);
    promote();
    expect(await read()).toEqual(['second', 'first', undefined]);
    const { current, previous } = await secret.versions();
    expect(current.id).not.toBe(previous?.id);
  });

  test('is not printed, however it is printed', async () => {
    const { secrets, stage, promote } = await start('hunter1');
    stage('hunter2');
    promote();
    const secret = secrets.rotating(ARN, (text) => text);
    const held = [secret, await secret.current(), await secret.versions()];
    for (const printed of [inspect(held, { depth: 9, showHidden: true }), JSON.stringify(held)]) {
      expect(printed).toContain('[redacted]');
      expect(printed).not.toContain('hunter');
    }
  });

  test('serves the current version though the one before or the one to come has another form', async () => {
    const { secrets, stage, promote } = await start('not JSON');
    stage('{"name":"second"}');
    promote();
    stage('{"name":');
    const secret = secrets.rotating(ARN, (text): unknown => JSON.parse(text));
    const { current, ...others } = await secret.versions();
    expect(current.value.reveal()).toEqual({ name: 'second' });
    expect(others).toEqual({});
  });

  test('whose text has another form is refused without being told', async () => {
    const { secrets } = await start('hunter2');
    const error: unknown = await secrets
      .rotating(ARN, (text): unknown => JSON.parse(text))
      .current()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: `the secret ${ARN} does not have the form that its reader expects` });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
  });
});
