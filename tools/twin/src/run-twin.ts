import { loadServices, type ServiceDeclaration } from '@fairlead/manifest';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createRegistry, createSecretStore } from './aws-resources.ts';
import { cloudMap } from './aws/cloud-map.ts';
import { startAwsEndpoint, type AwsEndpoint, type AwsEndpointOptions } from './aws/endpoint.ts';
import { Outages } from './aws/outages.ts';
import { secretsManager } from './aws/secrets-manager.ts';
import { Cluster } from './ecs/cluster.ts';
import {
  startExternalParties,
  type ExternalPartiesOptions,
  type RunningParties,
} from './external/start-external-parties.ts';
import { loadGraph } from './graph/load-graph.ts';
import { pickResources } from './graph/resources.ts';
import { invokeFunctions } from './lambda/invoke-functions.ts';
import { LoadBalancer } from './load-balancer/load-balancer.ts';
import type { Options } from './options.ts';
import { announceReady } from './output/announce.ts';
import { LogFiles } from './output/log-files.ts';
import { Output, type OutputOptions } from './output/output.ts';
import { LOOPBACK, findFreePort, isPortTaken } from './ports.ts';
import { createMasterUsers } from './postgres/create-master-users.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { findExternalPostgres } from './postgres/postgres-server.ts';
import { ProcessGroups } from './process/process-group.ts';
import { selectServices } from './select-services.ts';
import { redeployOnEdit } from './sources/redeploy-on-edit.ts';
import { State } from './state.ts';
import { StatusFile, describeCluster, type TwinStatus } from './status.ts';
import { recordEntrance } from './xray/entrance-segments.ts';
import { startTraceReceiver } from './xray/trace-receiver.ts';
import { TraceStore } from './xray/trace-store.ts';
import { xray } from './xray/xray.ts';

export interface TwinContext {
  workspace: string;
  /** FAIRLEAD_POSTGRES_URL */
  externalPostgresUrl: string | undefined;
  terminal: Omit<OutputOptions, 'files'>;
  /** Aborted when the twin is to stop. */
  signal: AbortSignal;
}

const POSTGRES_PORT_FILE = 'postgres-port.json';

/** What the later parts of the twin stand on. */
interface Ground {
  options: Options;
  context: TwinContext;
  declarations: readonly ServiceDeclaration[];
  parts: AsyncDisposableStack;
  groups: ProcessGroups;
  state: State;
  output: Output;
}

/**
 * Runs a stack until the signal is aborted, then stops every part of it in the reverse order of its start.
 * @throws {UserError} for what the person who started it can mend
 */
export async function runTwin(options: Options, context: TwinContext): Promise<void> {
  const started = performance.now();
  const declarations = await loadServices(join(context.workspace, 'apps'));
  selectServices(declarations, options.service);

  await using parts = new AsyncDisposableStack();
  const groups = parts.use(new ProcessGroups());
  const state = parts.use(await State.take(resolve(context.workspace, options.state), groups.reaperPid));
  const output = new Output({ ...context.terminal, files: parts.use(new LogFiles(state.path('logs'))) });
  output.text([`fairlead ${options.stack}: starting …`]);

  const { cluster, describe, ...places } = await start({
    options,
    context,
    declarations,
    parts,
    groups,
    state,
    output,
  });
  await Promise.race([cluster.ready, once(context.signal, 'abort')]);
  if (context.signal.aborted) return;
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  announceReady(output, { stack: options.stack, status: describe(), declarations, ...places, seconds });
  await once(context.signal, 'abort');
  output.text(['', 'stopping …']);
}

async function start(ground: Ground) {
  const { options, context, declarations, parts, groups, state, output } = ground;
  const loadBalancer = parts.use(await LoadBalancer.listen(options.port));
  saySubstitute(output, 'the entrance', options.port, loadBalancer.port);
  const { graph, graphFile, superuser } = await describeAndStore(ground, loadBalancer.port);
  const selected = selectServices(declarations, options.service);
  const played = pickResources(graph);
  const resources = { ...played, services: played.services.filter(({ logicalName }) => selected.has(logicalName)) };

  const secrets = await createSecretStore(graph, resources, { state, onError: reportTo(output) });
  const registry = createRegistry(resources);
  const compileCache = state.path('compile-cache');
  const traces = new TraceStore();
  const outages = new Outages(['secretsmanager', 'servicediscovery', 'xray']);
  const { address: daemonAddress } = parts.use(await receiveTraces(traces, outages, output));
  loadBalancer.configure(resources);
  loadBalancer.onAnswered((answered) => {
    recordEntrance(traces, answered);
  });
  const entrance = `http://localhost:${loadBalancer.port}`;
  const describe = (): TwinStatus => ({
    entrance,
    aws: endpoint.url,
    services: describeCluster(cluster),
  });
  const statusFile = new StatusFile(state, describe, reportTo(output));
  const cluster: Cluster = new Cluster({
    workspace: context.workspace,
    graph,
    resources,
    groups,
    secrets,
    registry,
    targetGroups: loadBalancer.targetGroups,
    awsUrl: () => endpoint.url,
    daemonAddress,
    compileCache,
    output,
    onChange: () => {
      statusFile.update();
    },
  });
  const services = [secretsManager(secrets), cloudMap(registry), xray(traces)];
  const endpoint = parts.use(
    await listenAsAws(options.awsPort, { services, tasks: cluster, outages, onError: reportTo(output) }),
  );
  saySubstitute(output, 'the AWS endpoint', options.awsPort, endpoint.port);

  await createMasterUsers(resources, secrets, superuser);
  const env = lambdaEnvironment(graph.region, endpoint.url, compileCache);
  await invokeFunctions(resources, { groups, graphFile, env, onLine: showLambda(output) });
  const external = parts.use(await startExternal(ground, { resources, secrets, entrance }));
  context.signal.throwIfAborted();

  parts.defer(() => statusFile.flush());
  parts.use(cluster);
  // Closed before the tasks are stopped, so that no request meets one that is leaving.
  parts.use(loadBalancer);
  cluster.start();
  if (options.watch) parts.use(redeployOnEdit(context.workspace, cluster, output));
  return { cluster, describe, postgres: `${superuser.host}:${superuser.port}`, external: external.list };
}

const startExternal = (
  { context: { workspace }, state, groups, output }: Ground,
  played: Pick<ExternalPartiesOptions, 'resources' | 'secrets' | 'entrance'>,
): Promise<RunningParties> =>
  startExternalParties({ ...played, workspace, state, groups, output, onError: reportTo(output) });

const showLambda = (output: Output) => (line: string) => {
  output.line({ service: 'lambda' }, line);
};

const receiveTraces = (store: TraceStore, outages: Outages, output: Output) =>
  startTraceReceiver({
    store,
    isAway: () => outages.find('xray') !== undefined,
    onRefused: (reason) => {
      output.event('warn', 'X-Ray would refuse a segment', { reason });
    },
  });

/** Evaluates the program while Postgres starts: neither needs the other, only its address. */
async function describeAndStore({ options, context, parts, groups, state, output }: Ground, entrancePort: number) {
  const external = findExternalPostgres(context.externalPostgresUrl);
  const { host, port } = external ?? { host: LOOPBACK, port: await findPostgresPort(state) };
  const evaluation = loadGraph({
    workspace: context.workspace,
    stack: options.stack,
    local: { postgres: { host, port }, entrance: { host: 'localhost', port: entrancePort } },
    groups,
    state,
  });
  const onLine = (line: string) => {
    output.keep({ service: 'postgres' }, line);
  };
  const onRestart = () => {
    output.event('warn', 'Postgres ended by itself; starting it again');
  };
  const start = external
    ? Promise.resolve(external)
    : startEmbeddedPostgres({ port, state, groups, onLine, onRestart, onError: reportTo(output) });
  // Both are waited for, so that a server which starts while the other fails is stopped like one that had started.
  const [evaluated, started] = await Promise.allSettled([evaluation, start]);
  if (started.status === 'fulfilled' && 'superuser' in started.value) parts.use(started.value);
  if (evaluated.status === 'rejected') throw evaluated.reason;
  if (started.status === 'rejected') throw started.reason;
  context.signal.throwIfAborted();
  const superuser = 'superuser' in started.value ? started.value.superuser : started.value;
  return { ...evaluated.value, superuser };
}

/** The port of the run before, where it is free: what knows the address of the database goes on knowing it. */
async function findPostgresPort(state: State): Promise<number> {
  const previous = await state.find(POSTGRES_PORT_FILE);
  const port = await findFreePort(typeof previous === 'number' ? previous : 0);
  await state.write(POSTGRES_PORT_FILE, port);
  return port;
}

/** Listens on a port, or on a free one where that is taken. */
async function listenAsAws(port: number, options: Omit<AwsEndpointOptions, 'port'>): Promise<AwsEndpoint> {
  return startAwsEndpoint({ ...options, port }).catch((error: unknown) => {
    if (port === 0 || !isPortTaken(error)) throw error;
    return startAwsEndpoint({ ...options, port: 0 });
  });
}

/** For what fails on the side: it is said, and the platform goes on. */
const reportTo = (output: Output) => (error: unknown) => {
  output.event('error', `the twin failed in a way it did not expect: ${String(error)}`, {
    error: describeError(error),
  });
};

const describeError = (error: unknown) =>
  error instanceof Error ? { message: error.message, stack: error.stack } : {};

function saySubstitute(output: Output, what: string, preferred: number, port: number): void {
  if (preferred !== 0 && preferred !== port)
    output.event('warn', `port ${preferred} is taken; ${what} is on port ${port}`);
}

/** What Lambda gives a function beside the variables of its definition. */
const lambdaEnvironment = (region: string, awsUrl: string, compileCache: string) => ({
  AWS_REGION: region,
  AWS_ENDPOINT_URL: awsUrl,
  AWS_ACCESS_KEY_ID: 'twin',
  AWS_SECRET_ACCESS_KEY: 'twin',
  NODE_COMPILE_CACHE: compileCache,
  PATH: '/usr/local/bin:/usr/bin:/bin',
});
