import { CONTAINER_PORT, times, type ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Entrance } from '../entrance/entrance.ts';
import type { Network } from '../network/network.ts';

interface RouteArgs {
  declaration: ServiceDeclaration;
  network: Network;
  entrance: Entrance;
  priority: number;
}

/** How requests from outside reach a service's tasks. */
export interface Route {
  targetGroup: aws.lb.TargetGroup;
  /** ECS refuses a target group to which no listener leads yet. */
  listenerRule: aws.lb.ListenerRule;
}

/** Serves the service under its public path; gives nothing where it has none. */
export function createRoute(parent: pulumi.Resource, name: string, args: RouteArgs): Route | undefined {
  const { route } = args.declaration;
  if (route === undefined) return undefined;
  const targetGroup = createTargetGroup(parent, name, args.network.vpcId);
  const listenerRule = new aws.lb.ListenerRule(
    name,
    {
      listenerArn: args.entrance.listenerArn,
      priority: args.priority,
      conditions: [{ pathPattern: { values: [route, `${route}/*`] } }],
      actions: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
    },
    { parent },
  );
  return { targetGroup, listenerRule };
}

function createTargetGroup(parent: pulumi.Resource, name: string, vpcId: pulumi.Output<string>): aws.lb.TargetGroup {
  return new aws.lb.TargetGroup(
    name,
    {
      vpcId,
      targetType: 'ip',
      protocol: 'HTTP',
      port: CONTAINER_PORT,
      loadBalancingAlgorithmType: 'least_outstanding_requests',
      deregistrationDelay: times.loadBalancer.deregistrationDelaySeconds,
      healthCheck: {
        protocol: 'HTTP',
        path: '/readyz',
        matcher: '200',
        interval: times.targetHealthCheck.intervalSeconds,
        timeout: times.targetHealthCheck.timeoutSeconds,
        healthyThreshold: times.targetHealthCheck.healthyThreshold,
        unhealthyThreshold: times.targetHealthCheck.unhealthyThreshold,
      },
    },
    { parent },
  );
}
