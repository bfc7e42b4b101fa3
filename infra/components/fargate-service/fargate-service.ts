import type { ServiceDeclaration } from '@fairlead/manifest';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster.ts';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { Entrance } from '../entrance/entrance.ts';
import type { Network } from '../network/network.ts';
import type { Registry } from '../registry/registry.ts';
import type { CallKeys } from '../secrets/call-keys.ts';
import type { ServiceSecrets } from '../secrets/service-secrets.ts';
import { createDeployment } from './deployment.ts';
import { createDiscoveryEntry } from './discovery.ts';
import { createFirewall } from './firewall.ts';
import { createLogGroup } from './log-group.ts';
import { createRoles } from './roles.ts';
import { createRoute } from './route.ts';
import { createScaling } from './scaling.ts';
import { createTaskDefinition } from './task-definition.ts';
import type { Tracing } from './tracing.ts';

export interface FargateServiceArgs {
  /** What the service declares, with the stack's overrides in it. */
  declaration: ServiceDeclaration;
  registry: Registry;
  /** The digest of the image to run, `sha256:` and 64 hexadecimal digits. */
  imageDigest: string;
  network: Network;
  cluster: Cluster;
  entrance: Entrance;
  /** The priority of its rule on the entrance's listener; no other service may have it. */
  priority: number;
  /** @default the service has no database */
  database?: ServiceDatabase | undefined;
  /** What it declares to read. */
  secrets: ServiceSecrets;
  callKeys: CallKeys;
  tracing: Tracing;
  logRetentionInDays: number;
}

/** One service on Fargate: its tasks, what they may reach and who may reach them, and how many of them run. */
export class FargateService extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: FargateServiceArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:fargate-service:FargateService', name, {}, opts);
    const logGroup = createLogGroup(this, name, args.logRetentionInDays);
    const roles = createRoles(this, name, { ...args, logGroup });
    const firewall = createFirewall(this, name, args);
    const taskDefinition = createTaskDefinition(this, name, { ...args, logGroup, roles });
    const route = createRoute(this, name, args);
    const discoveryEntry = createDiscoveryEntry(this, name, args.cluster.namespaceId);
    const service = createDeployment(this, name, {
      ...args,
      roles,
      firewall,
      taskDefinition,
      route,
      discoveryEntry,
    });
    createScaling(this, name, { ...args, service });

    this.securityGroupId = firewall.securityGroup.id;
    this.registerOutputs({ securityGroupId: this.securityGroupId });
  }
}
