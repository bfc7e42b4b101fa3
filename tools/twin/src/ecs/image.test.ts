import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { defineContainer } from '../../test/containers.ts';
import { createFolder } from '../../test/workspace.ts';
import type { ContainerDefinition, Repository } from '../graph/resources.ts';
import { resolveImage } from './image.ts';

const REPOSITORIES: Repository[] = [
  { logicalName: 'catalog', repositoryUrl: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog-374c4bf' },
  { logicalName: 'carts', repositoryUrl: 'localhost:5000/carts' },
];

let workspace: string;

beforeEach(async () => {
  workspace = await createFolder({
    'apps/catalog/src/main.ts': '',
    'apps/catalog/src/migrate.ts': '',
    'apps/catalog/src/plain.js': '',
    'apps/carts/src/main.ts': '',
  });
});

const resolve = (changes: Partial<ContainerDefinition>) =>
  resolveImage(workspace, REPOSITORIES, defineContainer('app', '', changes));

describe('the sources of an image', () => {
  test.for([
    ['a digest', `${REPOSITORIES[0]!.repositoryUrl}@sha256:ab12`, 'catalog'],
    ['a tag', `${REPOSITORIES[0]!.repositoryUrl}:d386add`, 'catalog'],
    ['a tag and a digest', `${REPOSITORIES[0]!.repositoryUrl}:d386add@sha256:ab12`, 'catalog'],
    ['neither, in a registry with a port', 'localhost:5000/carts', 'carts'],
    ['a tag, in a registry with a port', 'localhost:5000/carts:1', 'carts'],
  ] as const)('are found by its repository, named with %s', ([, image, app]) => {
    expect(resolve({ image }).folder).toBe(join(workspace, 'apps', app));
  });

  test('must be in a repository of the graph', () => {
    expect(() => resolve({ image: 'nginx:1' })).toThrow('the graph has no repository for the image nginx:1');
  });

  test('must be in this checkout', () => {
    const repositories = [{ logicalName: 'gone', repositoryUrl: 'registry.test/gone' }];
    const definition = defineContainer('app', '', { image: 'registry.test/gone:1' });
    expect(() => resolveImage(workspace, repositories, definition)).toThrow(
      'there is no folder apps/gone for the image registry.test/gone:1',
    );
  });
});

describe('the command of a container', () => {
  const image = 'localhost:5000/carts';

  test('is the Node.js of the twin, on the source of the script', () => {
    expect(resolve({ image, entryPoint: ['node'], command: ['src/main.js'] })).toMatchObject({
      command: process.execPath,
      args: ['src/main.ts'],
    });
  });

  test('keeps options, other arguments, and scripts that have no other source', () => {
    const command = ['--enable-source-maps', 'src/migrate.js', 'src/plain.js', '--name=main.js'];
    const { args } = resolve({ image: `${REPOSITORIES[0]!.repositoryUrl}:1`, entryPoint: ['node'], command });
    expect(args).toEqual(['--enable-source-maps', 'src/migrate.ts', 'src/plain.js', '--name=main.js']);
  });

  test('may be any other program', () => {
    expect(resolve({ image, entryPoint: ['/bin/sh', '-c'], command: ['exit 0'] })).toMatchObject({
      command: '/bin/sh',
      args: ['-c', 'exit 0'],
    });
  });
});
