import { z } from 'zod';
import type { Graph } from './graph.ts';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  essential: z.boolean().default(true),
  entryPoint: z.array(z.string()).default(['node']),
  command: z.array(z.string()).default(['src/main.js']),
  environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
  portMappings: z.array(z.object({ containerPort: z.int() })).default([]),
  dependsOn: z
    .array(z.object({ containerName: z.string(), condition: z.enum(['START', 'COMPLETE', 'SUCCESS', 'HEALTHY']) }))
    .default([]),
  healthCheck: z
    .object({
      command: z.array(z.string()),
      interval: z.number().default(30),
      timeout: z.number().default(5),
      retries: z.int().default(3),
      startPeriod: z.number().default(0),
    })
    .optional(),
  stopTimeout: z.number().default(30),
});

const taskDefinitionSchema = z.object({
  arn: z.string(),
  family: z.string(),
  revision: z.number(),
  cpu: z.string(),
  memory: z.string(),
  taskRoleArn: z.string().optional(),
  containerDefinitions: json.pipe(z.array(containerSchema)),
});

const ecsServiceSchema = z.object({
  logicalName: z.string(),
  name: z.string(),
  cluster: z.string(),
  taskDefinition: z.string(),
  desiredCount: z.int(),
  loadBalancers: z
    .array(z.object({ targetGroupArn: z.string(), containerName: z.string(), containerPort: z.int() }))
    .default([]),
  serviceRegistries: z.object({ registryArn: z.string() }).optional(),
});

const conditionSchema = z.object({
  pathPattern: z.object({ values: z.array(z.string()) }).optional(),
  hostHeader: z.object({ values: z.array(z.string()) }).optional(),
});

const actionSchema = z.object({
  type: z.string(),
  targetGroupArn: z.string().optional(),
  fixedResponse: z
    .object({ contentType: z.string(), messageBody: z.string().default(''), statusCode: z.string() })
    .optional(),
  redirect: z.object({ statusCode: z.string() }).loose().optional(),
});

const loadBalancerSchema = z.object({ arn: z.string(), idleTimeout: z.number().default(60) });

const listenerSchema = z.object({
  arn: z.string(),
  loadBalancerArn: z.string(),
  protocol: z.string(),
  defaultActions: z.array(actionSchema),
});

const listenerRuleSchema = z.object({
  listenerArn: z.string(),
  priority: z.int(),
  conditions: z.array(conditionSchema),
  actions: z.array(actionSchema),
});

const targetGroupSchema = z.object({
  arn: z.string(),
  deregistrationDelay: z.coerce.number(),
  healthCheck: z.object({
    path: z.string(),
    matcher: z.string().default('200'),
    interval: z.number(),
    timeout: z.number(),
    healthyThreshold: z.int(),
    unhealthyThreshold: z.int(),
  }),
});

const secretSchema = z.object({
  logicalName: z.string(),
  arn: z.string(),
  name: z.string(),
  description: z.string().optional(),
});

const databaseSchema = z.object({
  identifier: z.string(),
  username: z.string(),
  masterUserSecrets: z.array(z.object({ secretArn: z.string() })),
});

const repositorySchema = z.object({ logicalName: z.string(), repositoryUrl: z.string() });

const functionSchema = z.object({
  name: z.string(),
  handler: z.string(),
  timeout: z.number().default(3),
  code: z.object({ archive: z.record(z.string(), z.string()) }),
  environment: z.object({ variables: z.record(z.string(), z.string()) }).default({ variables: {} }),
});

const invocationSchema = z.object({ functionName: z.string(), input: json });

const namespaceSchema = z.object({ id: z.string(), arn: z.string(), name: z.string() });

const dnsRecordSchema = z.object({ type: z.enum(['A', 'AAAA', 'CNAME', 'SRV']), ttl: z.number() });

const registrySchema = z.object({
  id: z.string(),
  arn: z.string(),
  name: z.string(),
  dnsConfig: z.object({ namespaceId: z.string(), dnsRecords: z.array(dnsRecordSchema) }),
  healthCheckCustomConfig: z.object({}).optional(),
});

export type ContainerDefinition = z.output<typeof containerSchema>;
export type TaskDefinition = z.output<typeof taskDefinitionSchema>;
export type EcsServiceResource = z.output<typeof ecsServiceSchema>;
export type ListenerAction = z.output<typeof actionSchema>;
export type ListenerRule = z.output<typeof listenerRuleSchema>;
export type TargetGroupResource = z.output<typeof targetGroupSchema>;
export type Repository = z.output<typeof repositorySchema>;
export type LambdaFunction = z.output<typeof functionSchema>;

/** What the twin plays of a graph, by kind. */
export interface PlayedResources {
  taskDefinitions: TaskDefinition[];
  services: EcsServiceResource[];
  loadBalancers: z.output<typeof loadBalancerSchema>[];
  listeners: z.output<typeof listenerSchema>[];
  listenerRules: ListenerRule[];
  targetGroups: TargetGroupResource[];
  secrets: z.output<typeof secretSchema>[];
  databases: z.output<typeof databaseSchema>[];
  repositories: z.output<typeof repositorySchema>[];
  functions: LambdaFunction[];
  invocations: z.output<typeof invocationSchema>[];
  namespaces: z.output<typeof namespaceSchema>[];
  registries: z.output<typeof registrySchema>[];
}

/** Picks the resources that the twin plays out of a graph. @throws where one is not as it expects */
export const pickResources = (graph: Graph): PlayedResources => ({
  taskDefinitions: graph.all('aws:ecs/taskDefinition:TaskDefinition', taskDefinitionSchema),
  services: graph.all('aws:ecs/service:Service', ecsServiceSchema),
  loadBalancers: graph.all('aws:lb/loadBalancer:LoadBalancer', loadBalancerSchema),
  listeners: graph.all('aws:lb/listener:Listener', listenerSchema),
  listenerRules: graph.all('aws:lb/listenerRule:ListenerRule', listenerRuleSchema),
  targetGroups: graph.all('aws:lb/targetGroup:TargetGroup', targetGroupSchema),
  secrets: graph.all('aws:secretsmanager/secret:Secret', secretSchema),
  databases: graph.all('aws:rds/instance:Instance', databaseSchema),
  repositories: graph.all('aws:ecr/repository:Repository', repositorySchema),
  functions: graph.all('aws:lambda/function:Function', functionSchema),
  invocations: graph.all('aws:lambda/invocation:Invocation', invocationSchema),
  namespaces: graph.all('aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace', namespaceSchema),
  registries: graph.all('aws:servicediscovery/service:Service', registrySchema),
});
