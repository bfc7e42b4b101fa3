import { runService } from '@fairlead/service';
import { createApp } from './app.ts';
import { loadUsersConfig } from './config.ts';
import { createDependencies } from './dependencies.ts';

await runService({ name: 'users', loadConfig: loadUsersConfig, createDependencies, createApp });
