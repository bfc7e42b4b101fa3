import { runService } from '@fairlead/service';
import { createApp } from './app.ts';
import { loadCatalogConfig } from './config.ts';
import { createDependencies } from './dependencies.ts';

await runService({ name: 'catalog', loadConfig: loadCatalogConfig, createDependencies, createApp });
