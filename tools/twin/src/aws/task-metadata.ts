import { createHash } from 'node:crypto';
import type { ContainerDescription, TaskDescription } from './task-description.ts';

const EPHEMERAL_STORAGE_MIB = 20_496;

/** The document of `${ECS_CONTAINER_METADATA_URI_V4}`. */
export function containerMetadata(task: TaskDescription, container: ContainerDescription): object {
  const { port, health, exitCode } = container;
  return {
    DockerId: dockerId(task, container),
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    ImageID: `sha256:${digest(container.image)}`,
    ...(port !== undefined && { Ports: [{ ContainerPort: port, Protocol: 'tcp', HostPort: port }] }),
    Labels: labels(task, container),
    DesiredStatus: container.desiredStatus ?? task.desiredStatus,
    KnownStatus: container.knownStatus ?? task.knownStatus,
    ...(exitCode !== undefined && { ExitCode: exitCode }),
    Limits: { CPU: container.cpu ?? 0, ...(container.memoryMiB !== undefined && { Memory: container.memoryMiB }) },
    ...timestamps({ CreatedAt: container.createdAt ?? container.startedAt, StartedAt: container.startedAt }),
    ...timestamps({ FinishedAt: container.finishedAt }),
    Type: 'NORMAL',
    ...(health && { Health: { status: health.status, ...timestamps({ statusSince: health.since }) } }),
    Networks: [network(task)],
    ContainerARN: containerArn(task, container),
    Snapshotter: 'overlayfs',
  };
}

/** The document of `${ECS_CONTAINER_METADATA_URI_V4}/task`. */
export function taskMetadata(task: TaskDescription, now = new Date()): object {
  const { serviceName, cpu, memoryMiB } = task;
  return {
    Cluster: task.cluster,
    ...(serviceName !== undefined && { ServiceName: serviceName }),
    TaskARN: task.arn,
    Family: task.family,
    Revision: String(task.revision),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.knownStatus,
    // Vcpus here, but CPU units in the limits of a container.
    ...(cpu !== undefined && memoryMiB !== undefined && { Limits: { CPU: cpu / 1024, Memory: memoryMiB } }),
    ...timestamps({ PullStartedAt: task.pullStartedAt, PullStoppedAt: task.pullStoppedAt }),
    AvailabilityZone: task.availabilityZone,
    LaunchType: 'FARGATE',
    Containers: task.containers.map((container) => containerMetadata(task, container)),
    ClockDrift: {
      ClockErrorBound: 0.5,
      ReferenceTimestamp: now.toISOString(),
      ClockSynchronizationStatus: 'SYNCHRONIZED',
    },
    EphemeralStorageMetrics: { Utilized: 0, Reserved: EPHEMERAL_STORAGE_MIB },
    FaultInjectionEnabled: false,
  };
}

/** The document of `${ECS_CONTAINER_METADATA_URI_V4}/taskWithTags`. */
export function taskMetadataWithTags(task: TaskDescription, now = new Date()): object {
  return { ...taskMetadata(task, now), ...(task.tags && { TaskTags: task.tags }) };
}

/** The document of `${ECS_CONTAINER_METADATA_URI_V4}/stats`: null until the container has run for a second. */
export function containerStats(
  task: TaskDescription,
  container: ContainerDescription,
  now = new Date(),
): object | null {
  if (!container.startedAt || now.getTime() - container.startedAt.getTime() < 1000) return null;
  const { usage = { cpuNanoseconds: 0, memoryBytes: 0 } } = container;
  const memoryMiB = container.memoryMiB ?? task.memoryMiB;
  return {
    read: now.toISOString(),
    name: container.name,
    id: dockerId(task, container),
    num_procs: 0,
    pids_stats: {},
    networks: {},
    cpu_stats: {
      cpu_usage: { total_usage: usage.cpuNanoseconds },
      system_cpu_usage: 0,
      online_cpus: Math.ceil((task.cpu ?? 1024) / 1024),
      throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
    },
    memory_stats: { usage: usage.memoryBytes, ...(memoryMiB !== undefined && { limit: memoryMiB * 1024 * 1024 }) },
    network_rate_stats: { rx_bytes_per_sec: 0, tx_bytes_per_sec: 0 },
  };
}

/** The document of `${ECS_CONTAINER_METADATA_URI_V4}/task/stats`: the statistics of each container by its id. */
export function taskStats(task: TaskDescription, now = new Date()): Record<string, object | null> {
  return Object.fromEntries(
    task.containers.map((container) => [dockerId(task, container), containerStats(task, container, now)]),
  );
}

/** On Fargate the id is the task's, a hyphen and ten digits. */
function dockerId(task: TaskDescription, { name }: ContainerDescription): string {
  const number = Number.parseInt(digest(name).slice(0, 8), 16);
  return `${task.id}-${String(number).padStart(10, '0')}`;
}

function containerArn(task: TaskDescription, container: ContainerDescription): string {
  const hex = digest(dockerId(task, container));
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  return `${task.arn.replace(':task/', ':container/')}/${uuid}`;
}

function labels(task: TaskDescription, container: ContainerDescription): Record<string, string> {
  return {
    'com.amazonaws.ecs.cluster': task.cluster,
    'com.amazonaws.ecs.container-name': container.name,
    'com.amazonaws.ecs.task-arn': task.arn,
    'com.amazonaws.ecs.task-definition-family': task.family,
    'com.amazonaws.ecs.task-definition-version': String(task.revision),
  };
}

function network({ ipv4Address = '127.0.0.1' }: TaskDescription): object {
  return { NetworkMode: 'awsvpc', IPv4Addresses: [ipv4Address], AttachmentIndex: 0, PrivateDNSName: 'localhost' };
}

function timestamps(times: Record<string, Date | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, time]) => (time ? [[name, time.toISOString()]] : [])),
  );
}

function digest(input: string): string {
  return createHash('sha256').update(input).digest('hex');
}
