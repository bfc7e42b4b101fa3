import { describe, expect, test } from 'vitest';
import { Graph } from './graph.ts';
import { pickResources } from './resources.ts';

const STACK = { project: 'fairlead', stack: 'dev', region: 'eu-central-1', accountId: '123456789012' };

const createGraph = (...resources: { type: string; name: string; outputs: Record<string, unknown> }[]) =>
  new Graph({
    ...STACK,
    resources: resources.map((resource) => ({ urn: `urn:test::${resource.name}`, inputs: {}, ...resource })),
  });

const defineTask = (containerDefinitions: string) => ({
  type: 'aws:ecs/taskDefinition:TaskDefinition',
  name: 'catalog',
  outputs: { arn: 'arn:task', family: 'catalog', revision: 1, cpu: '256', memory: '512', containerDefinitions },
});

describe('a graph', () => {
  test('tells of what stack it is', () => {
    expect(createGraph()).toMatchObject(STACK);
  });

  test('without a stack is refused', () => {
    expect(() => new Graph({ resources: [] })).toThrow(/stack/);
  });

  test('gives the resources that the twin plays, with the defaults of AWS, and passes over the others', () => {
    const graph = createGraph(
      defineTask('[{"name":"catalog","image":"registry.test/catalog","logConfiguration":{}}]'),
      { type: 'aws:lb/loadBalancer:LoadBalancer', name: 'entrance', outputs: { arn: 'arn:lb' } },
      { type: 'aws:ec2/vpc:Vpc', name: 'network', outputs: {} },
    );
    const { taskDefinitions, loadBalancers, services } = pickResources(graph);
    expect(loadBalancers).toEqual([{ arn: 'arn:lb', idleTimeout: 60 }]);
    expect(services).toEqual([]);
    expect(taskDefinitions[0]?.containerDefinitions).toEqual([
      {
        name: 'catalog',
        image: 'registry.test/catalog',
        essential: true,
        entryPoint: ['node'],
        command: ['src/main.js'],
        environment: [],
        secrets: [],
        portMappings: [],
        dependsOn: [],
        stopTimeout: 30,
      },
    ]);
  });

  test.for([
    [
      'a condition that ECS does not have',
      '[{"name":"a","image":"b","dependsOn":[{"containerName":"c","condition":"UP"}]}]',
    ],
    ['a container without an image', '[{"name":"a"}]'],
    ['text that is not JSON', 'catalog'],
  ] as const)('with %s is refused by the URN of the resource', ([, containerDefinitions]) => {
    expect(() => pickResources(createGraph(defineTask(containerDefinitions)))).toThrow(
      /^the twin does not understand urn:test::catalog: .*containerDefinitions/s,
    );
  });
});
