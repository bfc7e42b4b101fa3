import type { ContainerDescription, TaskDescription } from '../aws/task-description.ts';
import type { EcsServiceResource } from '../graph/resources.ts';
import { LOOPBACK } from '../ports.ts';
import type { Container } from './container.ts';
import type { Task } from './task.ts';

export interface Placement {
  region: string;
  accountId: string;
  availabilityZone: string;
}

/** What the metadata endpoint tells a task of itself. */
export function describeTask(task: Task, { cluster, name }: EcsServiceResource, placement: Placement): TaskDescription {
  const { family, revision, cpu, memory, taskRoleArn } = task.definition;
  const { region, accountId, availabilityZone } = placement;
  const clusterName = cluster.slice(cluster.lastIndexOf('/') + 1);
  return {
    id: task.id,
    arn: `arn:aws:ecs:${region}:${accountId}:task/${clusterName}/${task.id}`,
    cluster,
    family,
    revision,
    serviceName: name,
    desiredStatus: task.isStopping ? 'STOPPED' : 'RUNNING',
    knownStatus: task.status,
    availabilityZone,
    cpu: Number(cpu),
    memoryMiB: Number(memory),
    ipv4Address: LOOPBACK,
    pullStartedAt: task.createdAt,
    pullStoppedAt: task.createdAt,
    roleArn: taskRoleArn,
    containers: task.containers.map((container) => describeContainer(task, container)),
  };
}

function describeContainer(
  task: Task,
  { definition, startedAt, isRunning, exit, health }: Container,
): ContainerDescription {
  return {
    name: definition.name,
    image: definition.image,
    port: definition.portMappings.length > 0 ? task.port : undefined,
    desiredStatus: 'RUNNING',
    knownStatus: isRunning ? 'RUNNING' : 'STOPPED',
    createdAt: startedAt,
    startedAt,
    exitCode: exit?.code ?? undefined,
    health: definition.healthCheck && { status: health },
  };
}
