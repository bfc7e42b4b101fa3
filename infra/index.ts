import { fileURLToPath } from 'node:url';
import { loadServices } from '@fairlead/manifest';
import { Cluster } from './components/cluster/cluster.ts';
import { Database } from './components/database/database.ts';
import { Entrance } from './components/entrance/entrance.ts';
import { Network } from './components/network/network.ts';
import { SecretGenerator } from './components/secrets/secret-generator.ts';
import { createProvider } from './provider.ts';
import { createServices } from './services.ts';
import { loadSettings } from './settings.ts';

const declarations = await loadServices(fileURLToPath(new URL('../apps', import.meta.url)));
const settings = loadSettings(declarations);
const { deletionProtection, domain } = settings;
const logRetentionInDays = settings.logs.retentionInDays;
const opts = { provider: createProvider(settings) };

const network = new Network('network', { ...settings.network, logRetentionInDays }, opts);
const cluster = new Cluster('cluster', { network }, opts);
const entrance = new Entrance('entrance', { network, domain, deletionProtection }, opts);
const database = new Database(
  'database',
  { ...settings.database, network, deletionProtection, logRetentionInDays },
  opts,
);
const generator = new SecretGenerator('secret-generator', { logRetentionInDays }, opts);
const services = createServices({ settings, network, cluster, entrance, database, generator }, opts);

/** Where the platform answers. */
export const url = entrance.url;
/** Where the image of each service is pushed. */
export const repositories = services.repositories;
