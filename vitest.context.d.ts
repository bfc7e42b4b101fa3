// What the global set-up of the tests provides, so that `inject('postgres')` has a type in every project.
import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Postgres of this run is, and its superuser. */
    postgres: { host: string; port: number; user: string; password: string; database: string };
  }
}
