/** What the endpoint must know of a container to play the ECS agent for it. */
export interface ContainerDescription {
  name: string;
  image: string;
  /** The port it listens on, where it listens. */
  port?: number | undefined;
  desiredStatus?: string | undefined;
  knownStatus?: string | undefined;
  createdAt?: Date | undefined;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
  exitCode?: number | undefined;
  health?: { status: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN'; since?: Date | undefined } | undefined;
  /** CPU units, 1024 to a vCPU. */
  cpu?: number | undefined;
  memoryMiB?: number | undefined;
  /** What the container has used so far, where the twin has measured it. */
  usage?: { cpuNanoseconds: number; memoryBytes: number } | undefined;
}

/** What the endpoint must know of a task to play the ECS agent for it. */
export interface TaskDescription {
  /** The 32 hexadecimal digits at the end of its ARN. */
  id: string;
  arn: string;
  /** The ARN of the cluster. */
  cluster: string;
  family: string;
  revision: number;
  serviceName?: string | undefined;
  desiredStatus: string;
  knownStatus: string;
  availabilityZone: string;
  /** CPU units, 1024 to a vCPU. */
  cpu?: number | undefined;
  memoryMiB?: number | undefined;
  /** The address the task is reached at. @default 127.0.0.1 */
  ipv4Address?: string | undefined;
  pullStartedAt?: Date | undefined;
  pullStoppedAt?: Date | undefined;
  tags?: Record<string, string> | undefined;
  /** The task role; a task without one gets no credentials. */
  roleArn?: string | undefined;
  containers: ContainerDescription[];
}

/** Where the endpoint finds the tasks that run. */
export interface TaskSource {
  /** A task by its id. */
  find(taskId: string): TaskDescription | undefined;
}
