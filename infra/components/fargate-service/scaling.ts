import type { Scaling, ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster.ts';

interface ScalingArgs {
  declaration: ServiceDeclaration;
  cluster: Cluster;
  service: aws.ecs.Service;
}

/** Whether the number of tasks follows the load. */
export function isScaled({ min, max }: Scaling): boolean {
  return max > min;
}

/** Adds and removes tasks to keep the average CPU near the declared percentage. */
export function createScaling(parent: pulumi.Resource, name: string, args: ScalingArgs): void {
  const { scaling } = args.declaration;
  if (!isScaled(scaling)) return;
  const target = new aws.appautoscaling.Target(
    name,
    {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: pulumi.interpolate`service/${args.cluster.clusterName}/${args.service.name}`,
      minCapacity: scaling.min,
      maxCapacity: scaling.max,
    },
    { parent },
  );
  new aws.appautoscaling.Policy(
    name,
    {
      policyType: 'TargetTrackingScaling',
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        targetValue: scaling.cpuPercent,
        // Quick to add tasks, slow to take them away: load that comes back finds them there.
        scaleOutCooldown: 60,
        scaleInCooldown: 300,
      },
    },
    { parent },
  );
}
