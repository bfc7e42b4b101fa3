import type { Response } from 'supertest';
import { expect } from 'vitest';
import { spawnPayments } from './spawn-payments.ts';
import { RECOVERING, type World } from './start-payments.ts';
import { startVictim, startVictimSecrets, type CrashPoint, type Victim } from './start-victim.ts';

/** What a client asks for, again and again with one key, until it is decided. */
export interface Demand {
  /** To whoever listens at this port. */
  send: (port: number) => Promise<Response>;
  isDecided: (response: Response) => boolean;
  /** In words, where the parties and the final answer do not agree. */
  findFaults: (last: Response) => Promise<string[]>;
}

/** Makes a new demand; the task at this port can be asked for what has to be there before. */
export type PrepareDemand = (port: number) => Promise<Demand>;

interface Scene {
  world: World;
  secretsPort: number;
  /** The port of the other task of the service, which goes on. */
  survivorPort: number;
  prepare: PrepareDemand;
}

const AT_ONCE = 5;

/**
 * Sends a new demand to a process for each message that serving it takes, kills the process there, and goes on with another.
 * @returns to whom the messages go, and in words what was not right in the end
 */
export async function killEverywhere(
  world: World,
  prepare: PrepareDemand,
): Promise<{ parties: Set<string>; faults: string[] }> {
  const secretsPort = await startVictimSecrets(world);
  const endpoint = { AWS_ENDPOINT_URL: `http://127.0.0.1:${secretsPort}` };
  await using survivor = await spawnPayments({ ...world.environment, ...RECOVERING, ...endpoint });
  const scene = { world, secretsPort, survivorPort: survivor.port, prepare };

  const messages = await rehearse(scene);
  const points = messages.flatMap((_name, index) =>
    (['before', 'after'] as const).map((moment) => ({ message: index + 1, moment })),
  );
  const faults: string[] = [];
  const work = async () => {
    for (let point = points.shift(); point; point = points.shift())
      faults.push(...(await crash(scene, point).catch((error: unknown) => [String(error)])));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { parties: new Set(messages), faults };
}

/** To whom the messages go while nobody dies. */
async function rehearse(scene: Scene): Promise<string[]> {
  await using victim = await startVictim(scene.world, scene.secretsPort);
  await warmUp(scene, victim);
  const demand = await scene.prepare(scene.survivorPort);
  victim.arm();
  expect((await demand.send(victim.port)).status).toBe(201);
  return victim.messages;
}

/** Connections are made, keys and secrets read: what is counted afterwards is the demand and nothing else. */
async function warmUp({ prepare, survivorPort }: Scene, { port }: Victim): Promise<void> {
  const demand = await prepare(survivorPort);
  await expect.poll(async () => (await demand.send(port)).status, { timeout: 20_000 }).toBe(201);
}

async function crash(scene: Scene, point: CrashPoint, isRepeated = false): Promise<string[]> {
  const { world, secretsPort, survivorPort, prepare } = scene;
  await using victim = await startVictim(world, secretsPort, point);
  await warmUp(scene, victim);
  const demand = await prepare(survivorPort);
  victim.arm();
  const first = await demand.send(victim.port).catch(() => undefined);
  const where = `${point.moment} message ${point.message} to ${victim.messages.at(-1) ?? 'nobody'}`;
  // A machine under load can make it give up before it gets there.
  if (first && !isRepeated) return await crash(scene, point, true);
  if (first) return [`${where}: answered ${first.status} instead of dying`];
  return (await goOn(demand, survivorPort)).map((fault) => `${where}: ${fault}`);
}

/** Insists on a demand, as a client with patience does, and looks at what came of it. */
async function goOn({ send, isDecided, findFaults }: Demand, port: number): Promise<string[]> {
  let last = await send(port);
  await expect.poll(async () => isDecided((last = await send(port))), { timeout: 30_000, interval: 50 }).toBe(true);
  let faults: string[] = [];
  await expect
    .poll(async () => (faults = await findFaults(last)), { timeout: 10_000 })
    .toEqual([])
    .catch(() => undefined);
  const again = await send(port);
  return again.text === last.text ? faults : [...faults, 'the same key was answered otherwise'];
}
