import { createAuthorize, loadCallKeys } from '@fairlead/auth';
import { createCalls } from '@fairlead/client';
import type { Authorize } from '@fairlead/contracts';
import { Database, parseDatabaseCredentials } from '@fairlead/database';
import type { Logger } from '@fairlead/logging';
import { createSecrets, type Secrets } from '@fairlead/secrets';
import type { ServiceContext } from '@fairlead/service';
import { usersApi } from '@fairlead/users-api';
import type { CatalogConfig } from './config.ts';
import { createProductEvents, type ProductEvents } from './product/product-events.ts';
import { createProductStore, type ProductStore } from './product/product-store.ts';
import { expireReservations } from './reservation/expire-reservations.ts';
import { createReservationEvents, type ReservationEvents } from './reservation/reservation-events.ts';
import { createReservationStore, type ReservationStore } from './reservation/reservation-store.ts';

/** What the routes of catalog are given. Disposing of it ends expiry and closes every connection. */
export interface Dependencies extends AsyncDisposable {
  products: ProductStore;
  productEvents: ProductEvents;
  reservations: ReservationStore;
  reservationEvents: ReservationEvents;
  authorize: Authorize;
}

export async function createDependencies(
  config: CatalogConfig,
  context: ServiceContext,
  secrets: Secrets = createSecrets({ onError: warnOf(context.logger, 'secret not read') }),
): Promise<Dependencies> {
  const { name, logger, tracer } = context;
  await using parts = new AsyncDisposableStack();
  const database = parts.use(openDatabase(config, context, secrets));
  const calls = parts.use(await createCalls(config, { caller: name, tracer, onTrouble: logger.warn.bind(logger) }));
  const users = calls.to(usersApi);
  const reservations = createReservationStore(database, { holdSeconds: config.reservationSeconds });
  const reservationEvents = createReservationEvents(context);
  const authorize = createAuthorize({
    service: name,
    keys: async () => (await users.listKeys({})).body,
    callerKeys: loadCallKeys(config.callerKeyArns, secrets),
  });
  parts.use(expireReservations({ reservations, events: reservationEvents }));
  const disposables = parts.move();
  return {
    products: createProductStore(database),
    productEvents: createProductEvents(logger),
    reservations,
    reservationEvents,
    authorize,
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

function openDatabase(config: CatalogConfig, { logger, health, tracer }: ServiceContext, secrets: Secrets): Database {
  const database = new Database(config, {
    credentials: secrets.rotating(config.databaseSecretArn, parseDatabaseCredentials),
    tracer,
    onConnectionError: warnOf(logger, 'database connection lost'),
  });
  health.addCheck('database', () => database.check());
  return database;
}

const warnOf = (logger: Logger, message: string) => (error: unknown) => {
  logger.warn({ error }, message);
};
