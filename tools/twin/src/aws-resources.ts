import { randomBytes } from 'node:crypto';
import { CloudMapRegistry } from './aws/cloud-map/cloud-map-registry.ts';
import { SecretStore, type SecretsSnapshot } from './aws/secrets/secret-store.ts';
import type { Graph } from './graph/graph.ts';
import type { PlayedResources } from './graph/resources.ts';
import type { State } from './state.ts';

const SECRETS_FILE = 'secrets.json';

/** The secrets of the graph, with the values they had in earlier runs; every change is kept. */
export async function createSecretStore(
  graph: Graph,
  { secrets, databases }: PlayedResources,
  { state, onError }: { state: State; onError: (error: unknown) => void },
): Promise<SecretStore> {
  let saving = Promise.resolve();
  const save = () => {
    saving = saving.then(() => state.write(SECRETS_FILE, store.snapshot())).catch(onError);
  };
  const snapshot = (await state.find(SECRETS_FILE)) as SecretsSnapshot | undefined;
  const store: SecretStore = new SecretStore({
    region: graph.region,
    accountId: graph.accountId,
    snapshot,
    onChange: () => {
      save();
    },
  });
  for (const { logicalName: _logicalName, ...secret } of secrets) store.declare(secret);
  for (const { username, masterUserSecrets } of databases) {
    for (const { secretArn } of masterUserSecrets) declareMasterUser(store, secretArn, username);
  }
  return store;
}

/** RDS manages the secret of the master user itself: it is no resource of the program. */
function declareMasterUser(store: SecretStore, arn: string, username: string): void {
  if (!store.find(arn)) store.declare({ arn, name: arn.replace(/^.*:secret:/, '').replace(/-\w{6}$/, '') });
  const hasValue = store.get(arn).versions.length > 0;
  if (!hasValue) store.putValue(arn, JSON.stringify({ username, password: randomBytes(24).toString('base64url') }));
}

/** The namespaces and services of the graph, without instances. */
export function createRegistry({ namespaces, registries }: PlayedResources): CloudMapRegistry {
  const registry = new CloudMapRegistry();
  for (const namespace of namespaces) registry.declareNamespace({ ...namespace, type: 'DNS_PRIVATE' });
  for (const { dnsConfig, ...service } of registries) {
    registry.declareService({ ...service, namespaceId: dnsConfig.namespaceId, dnsConfig });
  }
  return registry;
}
