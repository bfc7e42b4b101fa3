import type { ContainerDefinition, Repository, TaskDefinition } from '../src/graph/resources.ts';

/** The app that every container of these tests has as its image. */
export const REPOSITORIES: readonly Repository[] = [{ logicalName: 'web', repositoryUrl: 'registry.test/web' }];

/** A container that runs a line of shell. */
export function defineContainer(name: string, shell: string, changes: Partial<ContainerDefinition> = {}) {
  return {
    name,
    image: 'registry.test/web@sha256:ab',
    essential: true,
    entryPoint: ['/bin/sh', '-c'],
    command: [shell],
    environment: [],
    secrets: [],
    portMappings: [],
    dependsOn: [],
    stopTimeout: 5,
    ...changes,
  } satisfies ContainerDefinition;
}

export function defineTask(...containerDefinitions: ContainerDefinition[]): TaskDefinition {
  return {
    arn: 'arn:aws:ecs:eu-central-1:123456789012:task-definition/web:3',
    family: 'web',
    revision: 3,
    cpu: '256',
    memory: '512',
    containerDefinitions,
  };
}
