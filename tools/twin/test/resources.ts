import type { EntranceResources } from '../src/load-balancer/load-balancer.ts';
import type { TargetGroupResource } from '../src/graph/resources.ts';

/** A target group whose health checks come as fast as they are answered. */
export function defineTargetGroup(
  healthCheck: Partial<TargetGroupResource['healthCheck']> = {},
  deregistrationDelay = 5,
): TargetGroupResource {
  return {
    arn: 'arn:target-group/web',
    deregistrationDelay,
    healthCheck: {
      path: '/readyz',
      matcher: '200',
      interval: 0.01,
      timeout: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      ...healthCheck,
    },
  };
}

/** A load balancer with one listener, which forwards everything to one target group. */
export function defineEntrance(changes: Partial<EntranceResources> = {}): EntranceResources {
  const targetGroup = defineTargetGroup({ interval: 10 });
  return {
    loadBalancers: [{ arn: 'arn:load-balancer', idleTimeout: 60 }],
    listeners: [
      {
        arn: 'arn:listener',
        loadBalancerArn: 'arn:load-balancer',
        protocol: 'HTTP',
        defaultActions: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
      },
    ],
    listenerRules: [],
    targetGroups: [targetGroup],
    ...changes,
  };
}
