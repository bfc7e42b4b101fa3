import { join } from 'node:path';
import { z } from 'zod';
import type { SecretStore } from '../aws/secrets/secret-store.ts';
import type { PlayedResources } from '../graph/resources.ts';
import type { Output } from '../output/output.ts';
import { LOOPBACK, findFreePort } from '../ports.ts';
import type { ProcessGroups } from '../process/process-group.ts';
import type { State } from '../state.ts';
import { EXTERNAL_PARTIES, createKey, type Account, type ExternalParty } from './external-party.ts';
import { findNeededParties } from './find-needed-parties.ts';
import { keepRunning } from './keep-running.ts';

export interface ExternalPartiesOptions {
  workspace: string;
  resources: Pick<PlayedResources, 'services' | 'secrets'>;
  secrets: SecretStore;
  state: State;
  groups: ProcessGroups;
  output: Output;
  /** The URL of the load balancer. */
  entrance: string;
  /** Told of a party that cannot be started any more. */
  onError: (error: unknown) => void;
  /** @default the table of parties */
  parties?: readonly ExternalParty[];
}

/** A party that runs beside the platform. */
export interface RunningParty {
  name: string;
  url: string;
}

export interface RunningParties extends AsyncDisposable {
  list: readonly RunningParty[];
}

/** Starts the parties that services deal with, and puts what each service must know of them into its secret. */
export async function startExternalParties(options: ExternalPartiesOptions): Promise<RunningParties> {
  await using parts = new AsyncDisposableStack();
  const list: RunningParty[] = [];
  for (const { party, secretArns } of findNeededParties(options.resources, options.parties ?? EXTERNAL_PARTIES)) {
    const { port, account } = await provideAccount(options.state, party);
    for (const arn of secretArns) options.secrets.putValue(arn, JSON.stringify(account));
    parts.use(await startParty(party, { port, account }, options));
    list.push({ name: party.name, url: account.url });
  }
  const disposables = parts.move();
  return { list, [Symbol.asyncDispose]: () => disposables.disposeAsync() };
}

const keptSchema = z.object({ port: z.int(), apiKey: z.string(), webhookKey: z.string() });

interface ProvidedAccount {
  port: number;
  account: Account;
}

/** The account of the run before, at the same address where that is free; a new one the first time. */
async function provideAccount(state: State, { name }: ExternalParty): Promise<ProvidedAccount> {
  const file = `${name}.json`;
  const kept = keptSchema.safeParse(await state.find(file)).data;
  const port = await findFreePort(kept?.port ?? 0);
  const keys = { apiKey: kept?.apiKey ?? createKey(), webhookKey: kept?.webhookKey ?? createKey() };
  await state.write(file, { port, ...keys });
  return { port, account: { url: `http://${LOOPBACK}:${port}`, ...keys } };
}

function startParty(
  party: ExternalParty,
  { port, account }: ProvidedAccount,
  { workspace, state, groups, output, entrance, onError }: ExternalPartiesOptions,
): Promise<AsyncDisposable> {
  const script = join(workspace, party.script);
  const journal = state.path(`${party.name}.jsonl`);
  return keepRunning({
    start: () =>
      groups.start({
        command: process.execPath,
        args: [script, '--port', String(port), '--state', journal],
        cwd: workspace,
        env: party.createEnvironment(account, `${entrance}${party.webhookPath}`),
        onLine: (line) => {
          output.keep({ service: party.name }, line);
        },
      }),
    onRestart: (delayMs) => {
      const when = delayMs === 0 ? '' : ` in ${delayMs / 1000} s`;
      output.event('warn', `${party.name} ended by itself; starting it again${when}`);
    },
    onError,
  });
}
