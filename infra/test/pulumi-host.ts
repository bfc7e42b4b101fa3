import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runtime } from '@pulumi/pulumi';
import { EngineService } from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import { LogSeverity, type LogRequest } from '@pulumi/pulumi/proto/engine_pb.js';
import { ResourceMonitorService } from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import type * as Grpc from '@grpc/grpc-js';
import type * as EmptyProto from 'google-protobuf/google/protobuf/empty_pb.js';
import { GraphMonitor } from '../graph/graph-monitor.ts';
import type { GraphResource } from '../graph/graph.ts';
import { LocalCloud } from '../graph/local-cloud.ts';

const requireFromPulumi = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));
const grpc = requireFromPulumi('@grpc/grpc-js') as typeof Grpc;
const { Empty } = requireFromPulumi('google-protobuf/google/protobuf/empty_pb.js') as typeof EmptyProto;

const INFRA = fileURLToPath(new URL('../', import.meta.url));

export interface HostResult {
  resources: GraphResource[];
  /** The warnings and errors that the person who deploys sees. */
  warnings: string[];
}

/** Runs the program in the process that `pulumi up` starts, which talks to its engine over gRPC; the engine is ours. */
export async function runInPulumiHost(config: Record<string, string>): Promise<HostResult> {
  const addresses = { postgres: { host: 'localhost', port: 5432 }, entrance: { host: 'localhost', port: 8080 } };
  const monitor = new GraphMonitor(new LocalCloud(config['aws:region'] ?? '', addresses));
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
  const port = await promisify(server.bindAsync.bind(server))('127.0.0.1:0', grpc.ServerCredentials.createInsecure());
  try {
    await runHost(`127.0.0.1:${port}`, config);
  } finally {
    server.forceShutdown();
  }
  return { resources: monitor.registered, warnings };
}

async function runHost(address: string, config: Record<string, string>): Promise<void> {
  const host = fileURLToPath(import.meta.resolve('@pulumi/pulumi/cmd/run/index.js'));
  const project = ['--project', 'fairlead', '--stack', 'dev', '--root-directory', INFRA, '--pwd', INFRA];
  const engine = ['--monitor', address, '--engine', address, '--parallel', '16'];
  const env = { PATH: process.env.PATH, PULUMI_CONFIG: JSON.stringify(config), PULUMI_NODEJS_TYPESCRIPT: 'false' };
  await promisify(execFile)(process.execPath, [host, ...project, ...engine, '.'], { env, cwd: INFRA });
}

type Reply = (error: Error | null, response: unknown) => void;
type Method = (request: unknown, reply: Reply) => unknown;

const answer =
  (method: Method): Grpc.UntypedHandleCall =>
  (call: Grpc.ServerUnaryCall<unknown, unknown>, callback: Grpc.sendUnaryData<unknown>) => {
    void method(call.request, callback);
  };

function monitorMethods(monitor: GraphMonitor): Grpc.UntypedServiceImplementation {
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
