import { runService } from '@fairlead/service';
import { createApp } from './app.ts';
import { loadPaymentsConfig } from './config.ts';
import { createDependencies } from './dependencies.ts';

await runService({ name: 'payments', loadConfig: loadPaymentsConfig, createDependencies, createApp });
