import { times } from '@fairlead/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph, GraphResource } from './graph/graph.ts';
import { evaluateStack, resourceOf, resourcesOf } from './test/evaluate.ts';

const stacks = ['dev', 'staging', 'production'] as const;
const graphs = new Map<string, Graph>();

beforeAll(async () => {
  for (const stack of stacks) graphs.set(stack, await evaluateStack(stack));
});

const graphOf = (stack: (typeof stacks)[number]) => graphs.get(stack)!;

interface Container {
  name: string;
  image: string;
  environment: { name: string; value: string }[];
  [property: string]: unknown;
}

function containersOf(graph: Graph): Container[] {
  return resourcesOf(graph, 'aws:ecs/taskDefinition:TaskDefinition').flatMap(
    ({ inputs }) => JSON.parse(inputs.containerDefinitions as string) as Container[],
  );
}

const environmentOf = (graph: Graph, service: string) =>
  new Map(
    containersOf(graph)
      .find(({ name }) => name === service)
      ?.environment.map(({ name, value }) => [name, value]),
  );

interface Statement {
  Sid?: string;
  Action: string | string[];
  Resource: string | string[];
}

function statementsOf(graph: Graph): Statement[] {
  return resourcesOf(graph, 'aws:iam/rolePolicy:RolePolicy').flatMap(
    ({ inputs }) => (JSON.parse(inputs.policy as string) as { Statement: Statement[] }).Statement,
  );
}

/** Every text in a value, also in JSON that stands in a text. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^[[{]/.test(value) ? textsIn(JSON.parse(value)) : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What the other resources may call a resource. */
function namesOf({ id, outputs }: GraphResource): unknown[] {
  const masterSecrets = (outputs.masterUserSecrets ?? []) as { secretArn: string }[];
  return [id, outputs.arn, ...masterSecrets.map(({ secretArn }) => secretArn)];
}

describe.each(stacks)('the %s stack', (stack) => {
  it('refers to nothing that it does not make', () => {
    const graph = graphOf(stack);
    const made = new Set(graph.resources.flatMap(namesOf));
    const references = graph.resources
      .flatMap(({ inputs }) => textsIn(inputs))
      .filter((text) => /^(arn:aws:|(vpc|subnet|sg|rtb|igw|nat|eipalloc|vpce|pl|ns|srv)-[0-9a-f]{8,}$)/.test(text))
      .map((text) => text.replace(/:\*$/, ''));
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => !made.has(reference))).toEqual([]);
  });

  it('gives every resource an address of its own, and its dependencies exist', () => {
    const { resources } = graphOf(stack);
    const urns = new Set(resources.map(({ urn }) => urn));
    expect(urns.size).toBe(resources.length);
    expect(resources.flatMap(({ dependsOn }) => dependsOn).filter((urn) => !urns.has(urn))).toEqual([]);
  });

  it('keeps secrets out of the environment of containers and functions', () => {
    const graph = graphOf(stack);
    const containers = containersOf(graph);
    const variables = containers.flatMap(({ environment }) => environment);
    const functions = resourcesOf(graph, 'aws:lambda/function:Function').flatMap(({ inputs }) =>
      Object.keys((inputs.environment as { variables: object } | undefined)?.variables ?? {}),
    );
    const suspicious = /PASSWORD|TOKEN|CREDENTIAL|PRIVATE|SECRET|_KEY/;
    const names = [...variables.map(({ name }) => name), ...functions];
    expect(names.filter((name) => suspicious.test(name) && !/_ARNS?$/.test(name))).toEqual([]);
    const addresses = variables.filter(({ name }) => /_ARNS?$/.test(name)).flatMap(({ value }) => textsIn(value));
    expect(addresses.length).toBeGreaterThan(10);
    expect(addresses.filter((address) => !/^arn:aws:secretsmanager:[^:]+:\d+:secret:/.test(address))).toEqual([]);
    expect(containers.filter((container) => 'secrets' in container)).toEqual([]);
  });

  it('grants an action on everything only where AWS knows nothing narrower', () => {
    const reasons: Record<string, string> = {
      SignInToEcr: 'a token is for the registry, not for a repository',
      AttachToVpc: 'Lambda asks before it names an interface',
      ListLogGroups: 'listing cannot be limited',
      DiscoverCalledServices: 'Cloud Map limits who may be discovered by name',
      SendTraces: 'segments belong to no resource',
    };
    const wild = statementsOf(graphOf(stack)).filter(({ Resource }) => [Resource].flat().includes('*'));
    expect(wild.filter(({ Sid = '' }) => !(Sid in reasons))).toEqual([]);
    expect(statementsOf(graphOf(stack)).filter(({ Action }) => String(Action).includes('*'))).toEqual([]);
  });

  it('hardens every container', () => {
    for (const container of containersOf(graphOf(stack))) {
      expect(container).toMatchObject({
        image: expect.stringMatching(/@sha256:[0-9a-f]{64}$/) as string,
        user: '1000',
        privileged: false,
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
        logConfiguration: { logDriver: 'awslogs', options: { mode: 'non-blocking', 'max-buffer-size': '25m' } },
      });
    }
  });

  it('runs migrations to their end before a service that has a database', () => {
    const { inputs } = resourceOf(graphOf(stack), 'aws:ecs/taskDefinition:TaskDefinition', 'catalog');
    const [migrate, service] = JSON.parse(inputs.containerDefinitions as string) as Container[];
    expect(migrate).toMatchObject({ name: 'migrate', essential: false, command: ['src/migrate.js'] });
    expect(service).toMatchObject({ essential: true, dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }] });
    expect(service).not.toHaveProperty('command');
    expect(migrate?.environment).toEqual(service?.environment);
  });

  it('keeps the times that the chassis keeps', () => {
    const graph = graphOf(stack);
    const service = containersOf(graph).find(({ name }) => name === 'catalog');
    expect(service).toMatchObject({ stopTimeout: times.drain.stopTimeoutSeconds });
    expect(resourceOf(graph, 'aws:lb/loadBalancer:LoadBalancer').inputs).toMatchObject({
      idleTimeout: times.loadBalancer.idleTimeoutSeconds,
    });
    expect(resourceOf(graph, 'aws:lb/targetGroup:TargetGroup', 'catalog').inputs).toMatchObject({
      deregistrationDelay: times.loadBalancer.deregistrationDelaySeconds,
    });
  });

  it('sends requests to the container and port that the service listens on', () => {
    const graph = graphOf(stack);
    const { loadBalancers, serviceRegistries } = resourceOf(graph, 'aws:ecs/service:Service', 'catalog').inputs;
    const target = { containerName: 'catalog', containerPort: 8080 };
    expect(loadBalancers).toEqual([expect.objectContaining(target)]);
    expect(serviceRegistries).toMatchObject(target);
    expect(containersOf(graph).find(({ name }) => name === 'catalog')).toMatchObject({
      portMappings: [{ containerPort: 8080 }],
    });
  });

  it('leaves the number of tasks to autoscaling, and never below two', () => {
    const graph = graphOf(stack);
    const service = resourceOf(graph, 'aws:ecs/service:Service', 'catalog');
    const target = resourceOf(graph, 'aws:appautoscaling/target:Target', 'catalog');
    expect(service.options.ignoreChanges).toEqual(['desiredCount']);
    expect(target.inputs.minCapacity).toBeGreaterThanOrEqual(2);
    expect(target.inputs.resourceId).toMatch(/^service\/cluster-[0-9a-f]{7}\/catalog-[0-9a-f]{7}$/);
  });

  it('waits for what the first tasks need before it starts them', () => {
    const { dependsOn } = resourceOf(graphOf(stack), 'aws:ecs/service:Service', 'catalog');
    for (const needed of ['invocation:Invocation', 'rolePolicy:RolePolicy', 'natGateway:NatGateway', 'route:Route']) {
      expect(dependsOn.some((urn) => urn.includes(needed))).toBe(true);
    }
  });

  it('opens only the load balancer to the public', () => {
    const rules = resourcesOf(graphOf(stack), 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule');
    const open = rules.filter(({ inputs }) => inputs.cidrIpv4 !== undefined);
    expect(open.map(({ name, inputs }) => [name, inputs.fromPort])).toEqual([['entrance-80', 80]]);
    expect(rules.every(({ inputs }) => inputs.description !== undefined)).toBe(true);
  });

  it('says with a tag on everything to which stack it belongs', () => {
    const provider = resourceOf(graphOf(stack), 'pulumi:providers:aws');
    expect(JSON.parse(provider.inputs.defaultTags as string)).toEqual({
      tags: { Project: 'fairlead', Stack: stack },
    });
  });
});

describe('the stacks', () => {
  it('differ in what must not be lost: only production protects it', () => {
    const protectedOf = (stack: (typeof stacks)[number]) =>
      graphOf(stack)
        .resources.filter(({ options }) => options.protect)
        .map(({ type }) => type);
    expect(protectedOf('production')).toEqual(['aws:rds/instance:Instance', 'aws:lb/loadBalancer:LoadBalancer']);
    expect(protectedOf('staging')).toEqual([]);
    expect(protectedOf('dev')).toEqual([]);
    expect(resourceOf(graphOf('production'), 'aws:rds/instance:Instance').inputs).toMatchObject({
      deletionProtection: true,
      multiAz: true,
      skipFinalSnapshot: false,
      publiclyAccessible: false,
      storageEncrypted: true,
    });
    expect(resourceOf(graphOf('production'), 'aws:lb/loadBalancer:LoadBalancer').inputs).toMatchObject({
      enableDeletionProtection: true,
    });
  });

  it('differ in zones and NAT gateways', () => {
    const countOf = (type: string) => stacks.map((stack) => resourcesOf(graphOf(stack), type).length);
    expect(countOf('aws:ec2/natGateway:NatGateway')).toEqual([1, 1, 3]);
    expect(countOf('aws:ec2/subnet:Subnet')).toEqual([4, 6, 6]);
  });

  it('differ in what the catalog holds at first: production has no sample products', () => {
    const seeds = stacks.map((stack) => environmentOf(graphOf(stack), 'catalog').get('SEED_PRODUCTS'));
    expect(seeds).toEqual(['true', 'true', 'false']);
  });

  it('differ in how many requests they trace', () => {
    const percentages = stacks.map((stack) => environmentOf(graphOf(stack), 'catalog').get('TRACE_SAMPLE_PERCENT'));
    expect(percentages).toEqual(['100', '100', '5']);
  });
});
