// A service of the chassis alone, which the tests run as a process and send signals to.
import { loadConfig } from '@fairlead/config';
import { Router } from 'express';
import { setTimeout as delay } from 'node:timers/promises';
import { createServiceApp } from '../src/create-service-app.ts';
import { runService } from '../src/run-service.ts';
import { serviceSettings } from '../src/settings.ts';

await runService({
  name: 'fixture',
  loadConfig: () => loadConfig(serviceSettings, process.env),
  async createDependencies(_config, { logger }) {
    logger.info('booting');
    await delay(Number(process.env.BOOT_MS ?? 0));
    return {
      [Symbol.asyncDispose]() {
        logger.info('disposed');
        return Promise.resolve();
      },
    };
  },
  createApp(_dependencies, context) {
    const router = Router();
    router.get('/fast', (_request, response) => void response.json({ ok: true }));
    router.get('/slow', async (request, response) => {
      context.logger.info('slow begun');
      await delay(Number(request.query.ms));
      response.json({ ok: true });
    });
    router.get('/unhandled', () => {
      void Promise.reject(new Error('nobody waits for this'));
    });
    return createServiceApp({ ...context, routes: [router] });
  },
});
