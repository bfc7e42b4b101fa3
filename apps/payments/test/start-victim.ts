import { startProxy, type Passage } from './proxy.ts';
import { spawnPayments } from './spawn-payments.ts';
import type { World } from './start-payments.ts';
import { startSecretsManager } from './start-secrets-manager.ts';

/** Where the process dies: at a message that it sends to anybody, before that is forwarded or right after. */
export interface CrashPoint {
  message: number;
  moment: 'before' | 'after';
}

/** A process all of whose connections are watched, and which is killed at one message after {@link arm}. */
export interface Victim extends AsyncDisposable {
  port: number;
  /** From now on messages count. */
  arm: () => void;
  /** To whom each counted message went. */
  messages: string[];
}

/** Runs the real process of payments; without a point it lives. */
export async function startVictim(world: World, secretsPort: number, point?: CrashPoint): Promise<Victim> {
  await using parts = new AsyncDisposableStack();
  const messages: string[] = [];
  let armed = false;
  const onMessage = ({ name, forward }: Passage) => {
    if (armed) messages.push(name);
    const isPoint = armed && messages.length === point?.message;
    if (isPoint && point.moment === 'before') victim.kill();
    else forward();
    if (isPoint) {
      armed = false;
      victim.kill();
    }
  };
  const proxy = async (name: string, port: number) => parts.use(await startProxy({ name, port }, onMessage)).port;
  const victim = parts.use(
    await spawnPayments({
      ...world.environment,
      DATABASE_PORT: String(await proxy('database', world.database.config.databasePort)),
      DISCOVERY_INSTANCES: JSON.stringify({
        catalog: `127.0.0.1:${await proxy('catalog', world.catalog.port)}`,
        users: `127.0.0.1:${await proxy('users', world.users.port)}`,
      }),
      PAYMENT_PROVIDER_SECRET_ARN: `account-at-port-${await proxy('provider', world.provider.port)}`,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${secretsPort}`,
      // A machine under load answers late; what gives up does not die where it should.
      PROVIDER_TIMEOUT_MS: '800',
      LEASE_MS: '2700',
    }),
  );
  const disposables = parts.move();
  return {
    port: victim.port,
    messages,
    arm: () => {
      armed = true;
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

/** The secrets of every process, each of which reaches the provider through a port of its own. */
export function startVictimSecrets({ secretTexts, environment }: World): Promise<number> {
  const account = JSON.parse(secretTexts[environment.PAYMENT_PROVIDER_SECRET_ARN ?? ''] ?? '') as object;
  return startSecretsManager((arn) => {
    const [, port] = /^account-at-port-(\d+)$/.exec(arn) ?? [];
    return port === undefined ? secretTexts[arn] : JSON.stringify({ ...account, url: `http://127.0.0.1:${port}` });
  });
}
