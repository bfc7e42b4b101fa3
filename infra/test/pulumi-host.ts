import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runtime } from '@pulumi/pulumi';
import { EngineService } from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import { LogSeverity, type LogRequest } from '@pulumi/pulumi/proto/engine_pb.js';
import { ResourceMonitorService } from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import { GraphMonitor } from '../graph/graph-monitor.ts';
import type { GraphResource } from '../graph/graph.ts';
import { LocalCloud } from '../graph/local-cloud.ts';
import { toPulumiConfig, type Config } from '../graph/stack-file.ts';

/** What is used of `@grpc/grpc-js`, which comes with Pulumi's SDK. */
interface Grpc {
  Server: new () => GrpcServer;
  ServerCredentials: { createInsecure(): unknown };
}

interface GrpcServer {
  addService(definition: unknown, methods: Record<string, GrpcMethod>): void;
  bindAsync(address: string, credentials: unknown, bound: (error: Error | null, port: number) => void): void;
  forceShutdown(): void;
}

type GrpcMethod = (call: { request: unknown }, reply: Reply) => void;
type Reply = (error: Error | null, response: unknown) => void;
type Method = (request: unknown, reply: Reply) => unknown;

const requireFromPulumi = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));
const grpc = requireFromPulumi('@grpc/grpc-js') as Grpc;
const { Empty } = requireFromPulumi('google-protobuf/google/protobuf/empty_pb.js') as { Empty: new () => unknown };

const INFRA = fileURLToPath(new URL('../', import.meta.url));

export interface HostResult {
  resources: GraphResource[];
  /** The warnings and errors that the person who deploys sees. */
  warnings: string[];
}

/** Runs the program in the process that `pulumi up` starts, which talks to its engine over gRPC; the engine is ours. */
export async function runInPulumiHost(config: Config): Promise<HostResult> {
  const addresses = { postgres: { host: 'localhost', port: 5432 }, entrance: { host: 'localhost', port: 8080 } };
  const monitor = new GraphMonitor(new LocalCloud(String(config['aws:region']), addresses));
  // The engine names resources after its project and stack.
  runtime.setMockOptions(monitor, 'fairlead', 'dev');
  const warnings: string[] = [];
  const server = new grpc.Server();
  server.addService(ResourceMonitorService, monitorMethods(monitor));
  server.addService(EngineService, {
    log: answer((request, reply) => {
      const { severity, message } = (request as LogRequest).toObject();
      if (severity >= LogSeverity.WARNING) warnings.push(message);
      reply(null, new Empty());
    }),
  });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', grpc.ServerCredentials.createInsecure());
  try {
    await runHost(`127.0.0.1:${port}`, config);
  } finally {
    server.forceShutdown();
  }
  return { resources: monitor.registered, warnings };
}

async function runHost(address: string, config: Config): Promise<void> {
  const host = fileURLToPath(import.meta.resolve('@pulumi/pulumi/cmd/run/index.js'));
  const project = ['--project', 'fairlead', '--stack', 'dev', '--root-directory', INFRA, '--pwd', INFRA];
  const engine = ['--monitor', address, '--engine', address, '--parallel', '16'];
  const env = {
    PATH: process.env.PATH,
    PULUMI_CONFIG: JSON.stringify(toPulumiConfig(config)),
    PULUMI_NODEJS_TYPESCRIPT: 'false',
  };
  await promisify(execFile)(process.execPath, [host, ...project, ...engine, '.'], { env, cwd: INFRA });
}

const answer =
  (method: Method): GrpcMethod =>
  ({ request }, reply) => {
    void method(request, reply);
  };

function monitorMethods(monitor: GraphMonitor): Record<string, GrpcMethod> {
  const emptied = (method: Method) =>
    answer((request, reply) =>
      method(request, (error) => {
        reply(error, new Empty());
      }),
    );
  const bound = (name: 'getDeploymentInfo' | 'invoke' | 'registerResource' | 'registerResourceOutputs'): Method =>
    (monitor[name] as Method).bind(monitor);
  return {
    getDeploymentInfo: answer(bound('getDeploymentInfo')),
    invoke: answer(bound('invoke')),
    registerResource: answer(bound('registerResource')),
    registerResourceOutputs: emptied(bound('registerResourceOutputs')),
    signalAndWaitForShutdown: emptied((_request, reply) => {
      reply(null, undefined);
    }),
  };
}
