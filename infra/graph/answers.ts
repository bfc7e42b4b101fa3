import type { Properties } from './graph.ts';
import { ACCOUNT_ID, type Asked } from './asked.ts';

/** What AWS adds to the inputs of a resource. */
export interface Answer extends Properties {
  id: string;
}

/** Answers for AWS: the ids, ARNs and addresses that the rest of the program is built from. */
export function answerOf(asked: Asked): Answer {
  const answer = ANSWERS[asked.type];
  if (!answer) {
    throw new Error(`the local cloud has no answer to ${asked.type}; add one to infra/graph/answers.ts`);
  }
  return answer(asked);
}

/** Resources of EC2: an id of the kind and 17 hexadecimal digits, and an ARN that ends in it. */
const ec2 =
  (prefix: string, kind: string, more: (asked: Asked) => Properties = () => ({})) =>
  (asked: Asked): Answer => {
    const id = `${prefix}-${asked.hex(17)}`;
    return { id, arn: asked.arn('ec2', `${kind}/${id}`), ...more(asked) };
  };

/** Resources that AWS knows by a name. */
const named =
  (service: string, resource: (name: string) => string) =>
  (asked: Asked): Answer => {
    const name = asked.physicalName;
    return { id: name, name, arn: asked.arn(service, resource(name)) };
  };

/** Settings of another resource, which have no name of their own. */
const attached = (asked: Asked): Answer => ({ id: asked.hex(20) });

const ANSWERS: Record<string, (asked: Asked) => Answer> = {
  'pulumi:providers:aws': attached,

  'aws:ec2/vpc:Vpc': ec2('vpc', 'vpc'),
  'aws:ec2/subnet:Subnet': ec2('subnet', 'subnet'),
  'aws:ec2/internetGateway:InternetGateway': ec2('igw', 'internet-gateway'),
  'aws:ec2/natGateway:NatGateway': ec2('nat', 'natgateway'),
  'aws:ec2/eip:Eip': ec2('eipalloc', 'elastic-ip', () => ({ publicIp: '203.0.113.1' })),
  'aws:ec2/routeTable:RouteTable': ec2('rtb', 'route-table'),
  'aws:ec2/route:Route': attached,
  'aws:ec2/routeTableAssociation:RouteTableAssociation': attached,
  'aws:ec2/vpcEndpoint:VpcEndpoint': ec2('vpce', 'vpc-endpoint', (asked) => ({ prefixListId: `pl-${asked.hex(8)}` })),
  'aws:ec2/flowLog:FlowLog': ec2('fl', 'vpc-flow-log'),
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': ec2('sg', 'security-group'),
  'aws:ec2/securityGroup:SecurityGroup': ec2('sg', 'security-group', ({ physicalName }) => ({ name: physicalName })),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': ec2('sgr', 'security-group-rule'),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': ec2('sgr', 'security-group-rule'),

  'aws:iam/role:Role': ({ physicalName }) => ({
    id: physicalName,
    name: physicalName,
    arn: `arn:aws:iam::${ACCOUNT_ID}:role/${physicalName}`,
  }),
  'aws:iam/rolePolicy:RolePolicy': (asked) => ({ id: `${asked.text('role')}:${asked.physicalName}` }),

  'aws:lb/loadBalancer:LoadBalancer': loadBalancer,
  'aws:lb/listener:Listener': (asked) => below(asked, 'loadBalancerArn', ':listener/'),
  'aws:lb/listenerRule:ListenerRule': (asked) => below(asked, 'listenerArn', ':listener-rule/'),
  'aws:lb/targetGroup:TargetGroup': targetGroup,
  'aws:acm/certificate:Certificate': certificate,
  'aws:acm/certificateValidation:CertificateValidation': attached,
  'aws:route53/record:Record': (asked) => ({ id: asked.hex(20), fqdn: asked.text('name') }),

  'aws:ecr/repository:Repository': repository,
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': attached,
  'aws:ecs/cluster:Cluster': (asked) => byArn(asked, 'ecs', `cluster/${asked.physicalName}`),
  'aws:ecs/clusterCapacityProviders:ClusterCapacityProviders': attached,
  'aws:ecs/taskDefinition:TaskDefinition': taskDefinition,
  'aws:ecs/service:Service': (asked) => {
    const cluster = asked.text('cluster')?.split('/').at(-1);
    return byArn(asked, 'ecs', `service/${cluster}/${asked.physicalName}`);
  },
  'aws:appautoscaling/target:Target': (asked) => ({ id: asked.text('resourceId') ?? asked.hex(20) }),
  'aws:appautoscaling/policy:Policy': attached,
  'aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace': (asked) => cloudMap(asked, 'ns', 'namespace'),
  'aws:servicediscovery/service:Service': (asked) => cloudMap(asked, 'srv', 'service'),

  'aws:cloudwatch/logGroup:LogGroup': named('logs', (name) => `log-group:${name}`),
  'aws:secretsmanager/secret:Secret': (asked) => {
    return byArn(asked, 'secretsmanager', `secret:${asked.physicalName}-${asked.hex(6)}`);
  },
  'aws:lambda/function:Function': named('lambda', (name) => `function:${name}`),
  'aws:lambda/invocation:Invocation': (asked) => ({ id: asked.hex(20), result: '{}' }),

  'aws:rds/instance:Instance': databaseInstance,
  'aws:rds/subnetGroup:SubnetGroup': named('rds', (name) => `subgrp:${name}`),
  'aws:rds/parameterGroup:ParameterGroup': named('rds', (name) => `pg:${name}`),
};

function byArn(asked: Asked, service: string, resource: string): Answer {
  const arn = asked.arn(service, resource);
  return { id: arn, arn, name: asked.physicalName };
}

/** The ARN of a listener continues that of its load balancer, and that of a rule continues its listener's. */
function below(asked: Asked, parent: string, kind: string): Answer {
  const arn = `${asked.text(parent)?.replace(/:(loadbalancer|listener)\//, kind)}/${asked.hex(16)}`;
  return { id: arn, arn };
}

function loadBalancer(asked: Asked): Answer {
  const { host, port } = asked.addresses.entrance;
  const answer = byArn(asked, 'elasticloadbalancing', `loadbalancer/app/${asked.physicalName}/${asked.hex(16)}`);
  return { ...answer, dnsName: `${host}:${port}`, zoneId: `Z${asked.hex(13).toUpperCase()}` };
}

function targetGroup(asked: Asked): Answer {
  const path = `${asked.physicalName}/${asked.hex(16)}`;
  return {
    ...byArn(asked, 'elasticloadbalancing', `targetgroup/${path}`),
    arnSuffix: `targetgroup/${path}`,
  };
}

function certificate(asked: Asked): Answer {
  const domainName = asked.text('domainName');
  const arn = asked.arn('acm', `certificate/${asked.hex(32)}`);
  const proof = {
    domainName,
    resourceRecordName: `_${asked.hex(32)}.${domainName}.`,
    resourceRecordType: 'CNAME',
    resourceRecordValue: `_${asked.hex(32)}.acm-validations.aws.`,
  };
  return { id: arn, arn, domainValidationOptions: [proof] };
}

function repository(asked: Asked): Answer {
  const name = asked.physicalName;
  return {
    id: name,
    name,
    arn: asked.arn('ecr', `repository/${name}`),
    registryId: ACCOUNT_ID,
    repositoryUrl: `${ACCOUNT_ID}.dkr.ecr.${asked.region}.amazonaws.com/${name}`,
  };
}

function taskDefinition(asked: Asked): Answer {
  const family = asked.text('family') ?? asked.physicalName;
  const arnWithoutRevision = asked.arn('ecs', `task-definition/${family}`);
  return { id: family, arn: `${arnWithoutRevision}:1`, arnWithoutRevision, revision: 1 };
}

function cloudMap(asked: Asked, prefix: string, kind: string): Answer {
  const id = `${prefix}-${asked.hex(16)}`;
  return { id, arn: asked.arn('servicediscovery', `${kind}/${id}`), name: asked.physicalName };
}

function databaseInstance(asked: Asked): Answer {
  const { host, port } = asked.addresses.postgres;
  const identifier = asked.text('identifier') ?? asked.physicalName;
  const resourceId = `db-${asked.hex(26).toUpperCase()}`;
  const secretArn = asked.arn('secretsmanager', `secret:rds!${resourceId}-${asked.hex(6)}`);
  return {
    id: resourceId,
    arn: asked.arn('rds', `db:${identifier}`),
    identifier,
    resourceId,
    address: host,
    port,
    endpoint: `${host}:${port}`,
    status: 'available',
    masterUserSecrets: [{ secretArn, secretStatus: 'active', kmsKeyId: 'aws/secretsmanager' }],
  };
}
