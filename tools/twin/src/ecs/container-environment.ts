import type { SecretStore } from '../aws/secrets/secret-store.ts';
import type { ContainerDefinition } from '../graph/resources.ts';
import { LOOPBACK } from '../ports.ts';
import type { Task } from './task.ts';

export interface EnvironmentOptions {
  region: string;
  awsUrl: string;
  /** Where the X-Ray daemon receives. */
  daemonAddress: string;
  secrets: SecretStore;
  /** Where Node.js keeps compiled code between starts. */
  compileCache: string;
}

/**
 * The environment of a container: what its definition says and nothing of the shell that started the twin, then what the
 * ECS agent adds, then what stands in for the image and for a network of its own.
 * @throws where a secret cannot be had
 */
export function createContainerEnvironment(
  task: Pick<Task, 'id' | 'port'>,
  { name, environment, secrets }: ContainerDefinition,
  options: EnvironmentOptions,
): Record<string, string> {
  const { region, awsUrl, daemonAddress } = options;
  return {
    ...Object.fromEntries(environment.map((variable) => [variable.name, variable.value])),
    ...Object.fromEntries(secrets.map((secret) => [secret.name, readSecret(options.secrets, secret.valueFrom)])),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_ENDPOINT_URL: awsUrl,
    AWS_XRAY_DAEMON_ADDRESS: daemonAddress,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${awsUrl}/credentials/${task.id}`,
    ECS_CONTAINER_METADATA_URI_V4: `${awsUrl}/v4/${task.id}/${name}`,
    // Tasks on one machine share its ports, so each is told its own.
    HOST: LOOPBACK,
    PORT: String(task.port),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    NODE_COMPILE_CACHE: options.compileCache,
  };
}

/**
 * Reads `<secret ARN>[:json-key[:version-stage[:version-id]]]`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 */
function readSecret(store: SecretStore, valueFrom: string): string {
  const parts = valueFrom.split(':');
  const arn = parts.slice(0, 7).join(':');
  const [key = '', stage = '', versionId = ''] = parts.slice(7);
  try {
    const { data } = store.getValue(arn, { ...(stage && { stage }), ...(versionId && { versionId }) });
    return key === '' ? data : pickKey(data, key);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`ResourceInitializationError: unable to pull secrets: ${arn}: ${reason}`, { cause });
  }
}

function pickKey(data: string, key: string): string {
  const value = parseValues(data)[key];
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw new Error(`retrieved secret from Secrets Manager did not contain json key ${key}`);
}

/** The message of JSON.parse would show the secret. */
function parseValues(data: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(data)) as Record<string, unknown>;
  } catch {
    throw new Error('retrieved secret from Secrets Manager is not JSON');
  }
}
