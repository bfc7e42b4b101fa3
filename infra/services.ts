import type { ServiceDeclaration } from '@fairlead/manifest';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from './components/cluster/cluster.ts';
import type { Database } from './components/database/database.ts';
import { ServiceDatabase } from './components/database/service-database.ts';
import type { Entrance } from './components/entrance/entrance.ts';
import { allocatePriorities } from './components/entrance/listener-priorities.ts';
import { FargateService } from './components/fargate-service/fargate-service.ts';
import { ServiceCall } from './components/fargate-service/service-call.ts';
import type { Network } from './components/network/network.ts';
import { Registry } from './components/registry/registry.ts';
import { createCallKeys, type CallKeys } from './components/secrets/call-keys.ts';
import type { SecretGenerator } from './components/secrets/secret-generator.ts';
import { ServiceSecrets } from './components/secrets/service-secrets.ts';
import type { Settings } from './settings.ts';

interface Platform {
  settings: Settings;
  network: Network;
  cluster: Cluster;
  entrance: Entrance;
  database: Database;
  generator: SecretGenerator;
}

/** Makes every declared service, and the ways between them; gives where the image of each is pushed. */
export function createServices(platform: Platform, opts: pulumi.ComponentResourceOptions) {
  const { services } = platform.settings;
  const priorities = allocatePriorities(services.map(({ name }) => name));
  const callKeysOf = createCallKeys(services, platform.generator, opts);
  const created = services.map((declaration) => {
    const { name } = declaration;
    const own = { declaration, priority: priorities.get(name) ?? 0, callKeys: callKeysOf(name) };
    return { declaration, ...createService(own, platform, opts) };
  });
  allowCalls(created, opts);
  return {
    repositories: Object.fromEntries(
      created.map(({ declaration, registry }) => [declaration.name, registry.repositoryUrl]),
    ),
  };
}

interface OwnArgs {
  declaration: ServiceDeclaration;
  priority: number;
  callKeys: CallKeys;
}

function createService(own: OwnArgs, { settings, ...platform }: Platform, opts: pulumi.ComponentResourceOptions) {
  const { declaration } = own;
  const { name } = declaration;
  const registry = new Registry(name, { forceDelete: !settings.deletionProtection }, opts);
  const database =
    declaration.database === undefined
      ? undefined
      : new ServiceDatabase(name, { server: platform.database, databaseName: declaration.database }, opts);
  const secrets = new ServiceSecrets(name, { declaration, generator: platform.generator }, opts);
  const imageDigest = settings.images[name];
  if (imageDigest === undefined) {
    void pulumi.log.warn(
      `${name} is not deployed: it has no image yet. Push one to its repository and set its digest: ` +
        `pulumi config set --path fairlead:images.${name} sha256:<digest>`,
    );
    return { registry };
  }
  const logRetentionInDays = settings.logs.retentionInDays;
  const { tracing } = settings;
  const args = { ...platform, ...own, registry, database, secrets, imageDigest, tracing, logRetentionInDays };
  return { registry, service: new FargateService(name, args, opts) };
}

interface CreatedService {
  declaration: ServiceDeclaration;
  service?: FargateService;
}

function allowCalls(created: CreatedService[], opts: pulumi.ComponentResourceOptions): void {
  const deployed = new Map(created.map(({ declaration, service }) => [declaration.name, service]));
  for (const { declaration, service: caller } of created) {
    for (const call of declaration.calls ?? []) {
      const callee = deployed.get(call);
      if (caller && callee) new ServiceCall(`${declaration.name}-${call}`, { caller, callee }, opts);
    }
  }
}
