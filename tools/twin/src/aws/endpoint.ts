import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerAsAgent } from './ecs-agent.ts';
import type { Outages } from './outages.ts';
import { AwsError, frontEndError } from './protocol/aws-error.ts';
import {
  asRest,
  findRestTarget,
  findService,
  invoke,
  readAccessKeyId,
  refuse,
  type Authorize,
} from './protocol/aws-json.ts';
import { readBody } from './protocol/read-body.ts';
import type { AwsService } from './protocol/service.ts';
import { refuseUnsupported, type Answer } from './protocol/unsupported-service.ts';
import { TaskCredentials } from './task-credentials.ts';
import type { TaskDescription, TaskSource } from './task-description.ts';

/** What the endpoint serves, and where. */
export interface AwsEndpointOptions {
  /** 0 lets the system choose. */
  port: number;
  /** @default 127.0.0.1 */
  host?: string;
  services: readonly AwsService[];
  tasks: TaskSource;
  /** The credentials tasks get. @default new ones over `tasks` */
  credentials?: TaskCredentials;
  /** Decides what an access key may do. @default allows everything */
  authorize?: Authorize;
  /** Services that are to fail for a while. @default none ever */
  outages?: Outages;
  /** Longest request body, in bytes. @default 262144 */
  maxBodyBytes?: number;
  /** Told of every fault of the endpoint itself, once. */
  onError?: (error: unknown) => void;
}

/** A listening endpoint. */
export interface AwsEndpoint extends AsyncDisposable {
  /** What `AWS_ENDPOINT_URL` is set to. */
  url: string;
  port: number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

type Settings = Required<Omit<AwsEndpointOptions, 'outages'>> & Pick<AwsEndpointOptions, 'outages'>;

/** Longer than any client waits. */
const SLOW_MS = 10_000;

/**
 * Serves AWS services over their wire protocol, and to tasks what the ECS agent serves.
 * @throws {Error} where it can't listen, as `EADDRINUSE`.
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const settings = withDefaults(options);
  const server = createServer((req, res) => void serve(req, res, settings));
  // Longer than an SDK keeps an idle connection, so that it never writes on one that is being closed.
  server.keepAliveTimeout = 75_000;
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => stop(server);
  return { url: `http://${settings.host}:${port}`, port, close, [Symbol.asyncDispose]: close };
}

function withDefaults(options: AwsEndpointOptions): Settings {
  return {
    host: '127.0.0.1',
    credentials: new TaskCredentials(options.tasks),
    authorize: () => true,
    maxBodyBytes: 262_144,
    onError: () => undefined,
    ...options,
  };
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function serve(req: IncomingMessage, res: ServerResponse, settings: Settings): Promise<void> {
  try {
    const outage = settings.outages?.ofRequest(req.headers);
    if (outage === 'down') {
      req.destroy();
      return;
    }
    if (outage === 'slow') await delay(SLOW_MS, undefined, { ref: false });
    write(req, res, await answer(req, settings));
  } catch (error) {
    if (req.destroyed && !req.complete) return;
    if (!(error instanceof AwsError)) settings.onError(error);
    write(req, res, refuse(error instanceof AwsError ? error : internalFailure()));
  }
}

async function answer(req: IncomingMessage, settings: Settings): Promise<Answer> {
  if (isPublicName(req.headers.host)) {
    throw frontEndError('AccessDeniedException', `The twin answers local names only, not ${req.headers.host}.`, 403);
  }
  const [path = ''] = (req.url ?? '').split('?');
  if (req.method === 'GET') {
    const found = answerAsAgent(path, settings.tasks, settings.credentials);
    const headers = { 'content-type': 'application/json' };
    if (found) return { status: found.status, headers, body: JSON.stringify(found.body) };
  }
  const controlled = await controlOutages(req, settings);
  if (controlled) return controlled;
  const restTarget = findRestTarget(req.method, path, settings.services);
  if (restTarget !== undefined) return answerRest(req, restTarget, settings);
  const target = req.headers['x-amz-target'];
  if (typeof target !== 'string') return refuseUnsupported(req.headers, settings.services);
  return call(req, target, settings);
}

async function answerRest(req: IncomingMessage, target: string, settings: Settings): Promise<Answer> {
  try {
    return asRest(await call(req, target, settings));
  } catch (error) {
    if (error instanceof AwsError) return asRest(refuse(error), error.code);
    throw error;
  }
}

async function call(req: IncomingMessage, target: string, settings: Settings): Promise<Answer> {
  const service = findService(target, settings.services);
  if (!service) return refuseUnsupported(req.headers, settings.services);
  const accessKeyId = readAccessKeyId(req.headers);
  const arn = principal(accessKeyId, settings.credentials.findOwner(accessKeyId));
  const body = await readBody(req, settings.maxBodyBytes);
  return invoke(service, target, body, { accessKeyId, arn, authorize: settings.authorize });
}

async function controlOutages(req: IncomingMessage, { outages, maxBodyBytes }: Settings): Promise<Answer | undefined> {
  const { method = '', url = '' } = req;
  if (!outages || !url.startsWith('/outages/')) return undefined;
  return outages.answer(method, url, await readBody(req, maxBodyBytes));
}

/** A name of public DNS is a web page's that made it resolve to this machine, to read what is served here. */
function isPublicName(host = ''): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^data-/, '');
  return name.includes('.') && isIP(name) === 0 && !/\.(localhost|internal|local)$/.test(name);
}

/** Who a caller is in IAM's words: the task's session of its role. */
function principal(accessKeyId: string, task: TaskDescription | undefined): string {
  const role = /^arn:(.+?):iam::(\d*):role\/(?:.*\/)?([^/]+)$/.exec(task?.roleArn ?? '');
  if (!task || !role) return accessKeyId;
  const [, partition = '', account = '', name = ''] = role;
  return `arn:${partition}:sts::${account}:assumed-role/${name}/${task.id}`;
}

function write(req: IncomingMessage, res: ServerResponse, { status, headers, body }: Answer): void {
  // What is left of a body nobody reads must not be taken for the next request.
  if (!req.complete) res.setHeader('connection', 'close');
  const length = Buffer.byteLength(body);
  res.writeHead(status, { 'x-amzn-requestid': randomUUID(), 'content-length': length, ...headers });
  res.end(body);
  req.resume();
}

function internalFailure(): AwsError {
  return frontEndError('InternalFailure', 'The twin failed to process the request; its log says why.', 500);
}
