import { CONTAINER_PORT, times } from '@fairlead/manifest';
import type * as pulumi from '@pulumi/pulumi';
import type { Variable } from './environment.ts';

export interface ContainerArgs {
  /** The image by digest. Its entry point is `node` and its command starts the service. */
  image: pulumi.Input<string>;
  environment: Variable[];
  logGroupName: pulumi.Input<string>;
  region: pulumi.Input<string>;
}

const MIGRATE = 'migrate';

/** The longest that Fargate lets a container wait for one that it depends on. */
const LONGEST_START_TIMEOUT_SECONDS = 120;

/** Asks the process in the container whether it lives; loading `fetch` for it would double the CPU of the probe. */
const LIVENESS_PROBE = [
  `require('node:http').get('http://127.0.0.1:' + (process.env.PORT ?? ${CONTAINER_PORT}) + '/livez',`,
  `(res) => process.exit(res.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))`,
].join(' ');

/** Brings the database to the shape that the service's code expects, and ends. */
export function migrateContainer(args: ContainerArgs) {
  return {
    ...hardened(MIGRATE, args),
    essential: false,
    command: ['src/migrate.js'],
    startTimeout: LONGEST_START_TIMEOUT_SECONDS,
    stopTimeout: times.drain.stopTimeoutSeconds,
  };
}

/** The service itself, started at once or after its migrations have succeeded. */
export function serviceContainer(name: string, args: ContainerArgs, start: 'at-once' | 'after-migrate') {
  const { intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = times.containerHealthCheck;
  return {
    ...hardened(name, args),
    essential: true,
    portMappings: [{ containerPort: CONTAINER_PORT, protocol: 'tcp' }],
    ...(start === 'after-migrate' && { dependsOn: [{ containerName: MIGRATE, condition: 'SUCCESS' }] }),
    stopTimeout: times.drain.stopTimeoutSeconds,
    healthCheck: {
      command: ['CMD', 'node', '-e', LIVENESS_PROBE],
      interval: intervalSeconds,
      timeout: timeoutSeconds,
      startPeriod: startPeriodSeconds,
      retries,
    },
  };
}

/** What every container has: no root, no writable files, no privileges, and logs that cannot hold it up. */
function hardened(name: string, { image, environment, logGroupName, region }: ContainerArgs) {
  return {
    name,
    image,
    environment,
    user: '1000',
    privileged: false,
    readonlyRootFilesystem: true,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
    ulimits: [{ name: 'nofile', softLimit: 65_535, hardLimit: 65_535 }],
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logGroupName,
        'awslogs-region': region,
        'awslogs-stream-prefix': name,
        mode: 'non-blocking',
        'max-buffer-size': '25m',
      },
    },
  };
}
