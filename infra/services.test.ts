import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from './graph/graph.ts';
import { evaluateSettings, evaluateStack, resourceOf, resourcesOf, SETTINGS } from './test/evaluate.ts';
import { copyWorkspace } from './test/workspace-copy.ts';

const INVOICES = {
  name: 'invoices',
  route: '/invoices',
  size: { cpu: 512, memoryMiB: 1024 },
  scaling: { min: 2, max: 2, cpuPercent: 60 },
  database: 'invoices',
  secrets: ['payment-provider', { name: 'invoice-key', generate: 'ed25519-key' }],
  calls: ['catalog', 'journal'],
};

const JOURNAL = { name: 'journal', size: { cpu: 256, memoryMiB: 512 }, scaling: { min: 2, max: 4, cpuPercent: 60 } };

const secretId = (name: string) => resourceOf(graph, 'aws:secretsmanager/secret:Secret', name).id!;

/** What the containers of a service are told. */
function environmentOf(name: string): Map<string, string> {
  const { inputs } = resourceOf(graph, 'aws:ecs/taskDefinition:TaskDefinition', name);
  const containers = JSON.parse(inputs.containerDefinitions as string) as {
    environment: { name: string; value: string }[];
  }[];
  return new Map(containers.at(-1)?.environment.map((variable) => [variable.name, variable.value]));
}

let before: Graph;
/** The platform with two more services, one of them internal. */
let graph: Graph;

beforeAll(async () => {
  await using copy = await copyWorkspace();
  await copy.declare(INVOICES);
  await copy.declare(JOURNAL);
  [before, graph] = await Promise.all([evaluateStack('dev'), evaluateStack('dev', copy.folder)]);
});

describe('a service that is added', () => {
  it('adds its own resources, and changes of the others only what the services that it calls must know', () => {
    const kept = new Map(before.resources.map((resource) => [resource.urn, resource]));
    const changed = graph.resources.filter(
      ({ urn, type, ...resource }) =>
        type !== 'pulumi:pulumi:Stack' &&
        kept.has(urn) &&
        !isDeepStrictEqual({ urn, type, ...resource }, kept.get(urn)),
    );
    expect(changed.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'aws:ecs/service:Service catalog',
      'aws:ecs/taskDefinition:TaskDefinition catalog',
      'aws:iam/rolePolicy:RolePolicy catalog-task',
    ]);
    const added = graph.resources.filter(({ urn }) => !kept.has(urn)).map(({ name }) => name);
    expect(added.every((name) => /^(invoices|journal)/.test(name))).toBe(true);
  });

  it('reaches the services that it declares to call, and only those', () => {
    const groupOf = (name: string) => resourceOf(graph, 'aws:ec2/securityGroup:SecurityGroup', name).id;
    const rule = resourceOf(graph, 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'invoices-catalog');
    expect(rule.inputs).toMatchObject({
      securityGroupId: groupOf('catalog'),
      referencedSecurityGroupId: groupOf('invoices'),
      fromPort: 8080,
    });
    const rules = resourcesOf(graph, 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule');
    expect(rules.filter(({ inputs }) => inputs.referencedSecurityGroupId === groupOf('journal'))).toEqual([]);
    const policy = resourceOf(graph, 'aws:iam/rolePolicy:RolePolicy', 'invoices-task').inputs.policy as string;
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        {
          Action: 'secretsmanager:GetSecretValue',
          Resource: [
            'invoices-database',
            'invoices-payment-provider',
            'invoices-invoice-key',
            'invoices-calls-catalog',
            'invoices-calls-journal',
          ].map(secretId),
        },
        {
          Action: ['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'],
          Condition: {
            StringEquals: {
              'servicediscovery:NamespaceName': 'dev.fairlead.internal',
              'servicediscovery:ServiceName': ['catalog', 'journal'],
            },
          },
        },
        { Sid: 'SendTraces' },
      ],
    });
  });

  it('shares one key with each service that it calls, which only the two and the generator may read', () => {
    const key = secretId('invoices-calls-catalog');
    const readers = resourcesOf(graph, 'aws:iam/rolePolicy:RolePolicy').filter(({ inputs }) =>
      (inputs.policy as string).includes(key),
    );
    expect(readers.map(({ name }) => name).sort()).toEqual(['catalog-task', 'invoices-calls-catalog', 'invoices-task']);
    const keysOf = (name: string, variable: string) =>
      JSON.parse(environmentOf(name).get(variable) ?? '{}') as Record<string, string>;
    expect(keysOf('invoices', 'CALL_KEY_ARNS')).toEqual({ catalog: key, journal: secretId('invoices-calls-journal') });
    expect(keysOf('catalog', 'CALLER_KEY_ARNS')).toMatchObject({ invoices: key });
    expect(keysOf('journal', 'CALLER_KEY_ARNS')).toEqual({ invoices: secretId('invoices-calls-journal') });
    expect(keysOf('journal', 'CALL_KEY_ARNS')).toEqual({});
  });

  it('is told where to look for the services that it calls', () => {
    expect(environmentOf('invoices').get('DISCOVERY_NAMESPACE')).toBe('dev.fairlead.internal');
    expect(environmentOf('journal').has('DISCOVERY_NAMESPACE')).toBe(false);
  });

  it('finds the values that are generated when its first task starts', () => {
    const { dependsOn } = resourceOf(graph, 'aws:ecs/service:Service', 'invoices');
    for (const name of ['invoices-invoice-key', 'invoices-calls-catalog', 'invoices-calls-journal']) {
      expect(dependsOn).toContain(resourceOf(graph, 'aws:lambda/invocation:Invocation', name).urn);
    }
    const { inputs } = resourceOf(graph, 'aws:lambda/invocation:Invocation', 'invoices-invoice-key');
    expect(JSON.parse(inputs.input as string)).toEqual({
      secretArn: secretId('invoices-invoice-key'),
      kind: 'ed25519-key',
    });
  });

  it('learns where its secrets are, not what they say', () => {
    const { inputs } = resourceOf(graph, 'aws:ecs/taskDefinition:TaskDefinition', 'invoices');
    const secret = resourceOf(graph, 'aws:secretsmanager/secret:Secret', 'invoices-payment-provider');
    expect(inputs.containerDefinitions).toContain(`{"name":"PAYMENT_PROVIDER_SECRET_ARN","value":"${secret.id}"}`);
    expect(resourcesOf(graph, 'aws:secretsmanager/secretVersion:SecretVersion')).toEqual([]);
  });

  it('has no way in from the load balancer without a route, and no migrations without a database', () => {
    const namesOf = (type: string) => resourcesOf(graph, type).map(({ name }) => name);
    for (const type of ['aws:lb/targetGroup:TargetGroup', 'aws:lb/listenerRule:ListenerRule']) {
      expect(namesOf(type)).toContain('invoices');
      expect(namesOf(type)).not.toContain('journal');
    }
    const { inputs } = resourceOf(graph, 'aws:ecs/taskDefinition:TaskDefinition', 'journal');
    expect(JSON.parse(inputs.containerDefinitions as string)).toMatchObject([{ name: 'journal' }]);
    const service = resourceOf(graph, 'aws:ecs/service:Service', 'journal').inputs;
    expect(service).not.toHaveProperty('loadBalancers');
    expect(service).not.toHaveProperty('healthCheckGracePeriodSeconds');
  });

  it('keeps its number of tasks under the control of Pulumi where it does not scale', () => {
    expect(resourceOf(graph, 'aws:ecs/service:Service', 'invoices').options.ignoreChanges).toBeUndefined();
    expect(resourceOf(graph, 'aws:ecs/service:Service', 'journal').options.ignoreChanges).toEqual(['desiredCount']);
  });
});

describe('the network', () => {
  it('brings AWS into the private subnets where there is no NAT gateway', async () => {
    const changed = await evaluateSettings({
      ...SETTINGS,
      'fairlead:network': { ...SETTINGS['fairlead:network'], natGateways: 'none' },
    });
    expect(resourcesOf(changed, 'aws:ec2/natGateway:NatGateway')).toEqual([]);
    const endpoints = resourcesOf(changed, 'aws:ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => inputs.serviceName);
    expect(endpoints).toEqual(
      ['data-servicediscovery', 'ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager'].map(
        (service) => `com.amazonaws.eu-west-1.${service}`,
      ),
    );
    const egress = resourcesOf(changed, 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule');
    expect(egress.filter(({ inputs }) => inputs.cidrIpv4 !== undefined)).toEqual([]);
  });
});

describe('the entrance', () => {
  it('serves HTTPS under a domain, and redirects to it', async () => {
    const domain = { name: 'shop.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
    const changed = await evaluateSettings({ ...SETTINGS, 'fairlead:domain': domain });
    const listener = (name: string) => resourceOf(changed, 'aws:lb/listener:Listener', name).inputs;
    expect(changed.outputs.url).toBe('https://shop.example.com');
    expect(listener('entrance-http').defaultActions).toEqual([
      { type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } },
    ]);
    expect(listener('entrance-https')).toMatchObject({
      protocol: 'HTTPS',
      sslPolicy: expect.stringMatching('^ELBSecurityPolicy-TLS13-') as string,
      certificateArn: resourceOf(changed, 'aws:acm/certificate:Certificate').id,
    });
    const rule = resourceOf(changed, 'aws:lb/listenerRule:ListenerRule', 'catalog');
    expect(rule.inputs.listenerArn).toBe(resourceOf(changed, 'aws:lb/listener:Listener', 'entrance-https').id);
  });

  it('answers what no service serves with a problem document of its own', () => {
    const { defaultActions } = resourceOf(before, 'aws:lb/listener:Listener').inputs;
    const [{ fixedResponse }] = defaultActions as [{ fixedResponse: Record<string, string> }];
    expect(fixedResponse).toMatchObject({ statusCode: '404', contentType: 'application/json' });
    expect(JSON.parse(fixedResponse.messageBody!)).toMatchObject({ type: 'about:blank', status: 404 });
  });
});
