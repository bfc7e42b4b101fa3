import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Network } from '../network/network.ts';

export interface ClusterArgs {
  /** The network in which the names of services resolve. */
  network: Network;
}

/** An ECS cluster on Fargate, and the Cloud Map namespace in which its services find each other. */
export class Cluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly namespaceId: pulumi.Output<string>;
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:cluster:Cluster', name, {}, opts);
    const cluster = createCluster(this, name);
    const namespace = createNamespace(this, name, args.network.vpcId);

    this.arn = cluster.arn;
    this.clusterName = cluster.name;
    this.namespaceId = namespace.id;
    this.namespaceName = namespace.name;
    this.registerOutputs({ arn: this.arn, namespaceName: this.namespaceName });
  }
}

function createCluster(parent: pulumi.Resource, name: string): aws.ecs.Cluster {
  const cluster = new aws.ecs.Cluster(
    name,
    { settings: [{ name: 'containerInsights', value: 'enabled' }] },
    { parent },
  );
  new aws.ecs.ClusterCapacityProviders(
    name,
    {
      clusterName: cluster.name,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
    },
    { parent },
  );
  return cluster;
}

function createNamespace(parent: pulumi.Resource, name: string, vpc: pulumi.Input<string>) {
  return new aws.servicediscovery.PrivateDnsNamespace(
    name,
    { name: `${pulumi.getStack()}.fairlead.internal`, vpc, description: 'Where services find each other' },
    // Callers ask for the namespace by its name, which can exist once in an account and region.
    { parent, deleteBeforeReplace: true },
  );
}
