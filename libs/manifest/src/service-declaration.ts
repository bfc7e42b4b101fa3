import { z } from 'zod';
import { findSizeFault, type FargateSize } from './fargate-sizes.ts';

/** What a service needs from the platform. It is stated once, in `apps/<name>/service.ts`; everything else is derived. */
export interface ServiceDeclaration {
  /** The name of its folder in `apps/`; 3 to 20 lower-case letters, digits and hyphens. */
  name: string;
  /** The public path on the load balancer, with everything below it. Absent: reachable by other services only. */
  route?: string;
  size: FargateSize;
  scaling: Scaling;
  /** A Postgres database with a role of its own; no other service may name it. */
  database?: string;
  /** Secrets that it reads, beside its database credentials. One given by its name alone gets its value from a person. */
  secrets?: (string | GeneratedSecret)[];
  /** Services that it calls: becomes network permission, discovery permission and an arrow on the map. */
  calls?: string[];
  /** Settings of its own, which a stack may override. Never a secret. */
  environment?: Record<string, string>;
}

/** A secret whose value the platform makes, once. */
export interface GeneratedSecret {
  name: string;
  /** `password`: 64 random characters. `ed25519-key`: a private key as a JSON Web Key. */
  generate: GeneratedKind;
}

export const GENERATED_KINDS = ['password', 'ed25519-key'] as const;
export type GeneratedKind = (typeof GENERATED_KINDS)[number];

export interface Scaling {
  /** Tasks that always run; two or more survive the loss of one. */
  min: number;
  max: number;
  /** Tasks are added or removed to keep the average CPU near this, in percent. */
  cpuPercent: number;
}

/** Paths that the chassis answers itself, in every service. */
export const RESERVED_ROUTES: readonly string[] = ['/livez', '/readyz', '/healthz', '/openapi.json', '/docs'];

/** The name of a declared secret, whoever makes its value. */
export const nameOfSecret = (secret: string | GeneratedSecret): string =>
  typeof secret === 'string' ? secret : secret.name;

const NAME = /^[a-z][a-z0-9-]{1,18}[a-z0-9]$/;
const nameFault = 'must be 3 to 20 lower-case letters, digits and hyphens, starting with a letter';
const name = z.string().regex(NAME, nameFault);

const route = z
  .string()
  .regex(/^(\/[a-z0-9][a-z0-9-]*)+$/, 'must be a path of lower-case letters, digits and hyphens, such as "/products"')
  .refine((path) => !RESERVED_ROUTES.includes(path), `must not be one of ${RESERVED_ROUTES.join(', ')}`);

const size = z.strictObject({ cpu: z.int(), memoryMiB: z.int() }).superRefine((value, context) => {
  const fault = findSizeFault(value);
  if (fault) context.addIssue({ code: 'custom', message: fault, input: value });
});

const scaling = z
  .strictObject({
    min: z.int().min(1, 'must be at least 1'),
    max: z.int().max(1000, 'must be at most 1000'),
    cpuPercent: z.int().min(10, 'must be 10 to 90').max(90, 'must be 10 to 90'),
  })
  .refine(({ min, max }) => max >= min, 'max must be at least min');

const generatedSecret = z.strictObject({ name, generate: z.enum(GENERATED_KINDS) });
const secretFault = `must be a name, or { name, generate } with generate one of ${GENERATED_KINDS.join(', ')}`;

/** It would arrive in the variable of the database's own secret. */
const RESERVED_SECRET = 'database';

const secrets = z.array(z.union([name, generatedSecret], secretFault)).superRefine((declared, context) => {
  const names = declared.map(nameOfSecret);
  for (const [index, given] of names.entries()) {
    const path = [index];
    if (given === RESERVED_SECRET) {
      context.addIssue({ code: 'custom', path, message: 'is what every database has, undeclared', input: declared });
    }
    if (names.indexOf(given) < index) {
      context.addIssue({ code: 'custom', path, message: 'is declared twice', input: declared });
    }
  }
});

const environment = z.record(
  z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'names must be upper-case letters, digits and underscores'),
  z.string('must be text; write numbers and booleans in quotes'),
);

/** The runtime check of {@link ServiceDeclaration}. */
export const serviceSchema = z.strictObject({
  name,
  route: route.optional(),
  size,
  scaling,
  database: name.optional(),
  secrets: secrets.optional(),
  calls: z.array(name).optional(),
  environment: environment.optional(),
});

/** States what a service needs. It checks types only; the values are checked with those of all services, when they are loaded. */
export const defineService = (declaration: ServiceDeclaration): ServiceDeclaration => declaration;
