import { Database } from '@fairlead/database';
import type { ServiceContext } from '@fairlead/service';
import { createAuthorize, type Authorize } from './access.ts';
import type { CatalogConfig } from './config.ts';
import { createProductEvents, type ProductEvents } from './product/product-events.ts';
import { createProductStore, type ProductStore } from './product/product-store.ts';

/** What the routes of catalog are given. Disposing of it closes the connections to the database. */
export interface Dependencies extends AsyncDisposable {
  products: ProductStore;
  events: ProductEvents;
  authorize: Authorize;
}

export function createDependencies(config: CatalogConfig, { logger, health }: ServiceContext): Dependencies {
  const database = new Database(config, {
    onConnectionError: (error) => {
      logger.warn({ error }, 'database connection lost');
    },
  });
  health.addCheck('database', () => database.check());
  return {
    products: createProductStore(database),
    events: createProductEvents(logger),
    authorize: createAuthorize(config),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
