import { ManifestError, faultsOf, type ServiceDeclaration } from '@fairlead/manifest';
import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { overridesSchema, withOverrides } from './service-overrides.ts';

/** Everything in which one stack differs from another, checked. */
export interface Settings {
  region: string;
  network: z.infer<typeof network>;
  database: z.infer<typeof database>;
  logs: z.infer<typeof logs>;
  tracing: z.infer<typeof tracing>;
  /** Whether what holds data, and the load balancer, refuse to be deleted. */
  deletionProtection: boolean;
  /** Absent: the load balancer serves plain HTTP under the name that AWS gave it. */
  domain: z.infer<typeof domain> | undefined;
  /** Put on every resource, beside the names of project and stack. */
  tags: Record<string, string>;
  /** The declarations, with the stack's overrides in them. */
  services: ServiceDeclaration[];
  /** The digest of the image that each service runs; a service without one is not deployed yet. */
  images: Record<string, string>;
}

const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922];

const network = z.strictObject({
  cidrBlock: z
    .string()
    .regex(
      /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/,
      'must be a /16 block of private addresses, such as "10.0.0.0/16"',
    ),
  availabilityZones: z.int().min(2, 'must be 2 or 3').max(3, 'must be 2 or 3'),
  natGateways: z.enum(['none', 'single', 'per-zone']),
});

const database = z.strictObject({
  instanceClass: z.string().regex(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, 'must be an RDS class, such as "db.t4g.micro"'),
  allocatedStorageGiB: z.int().min(20, 'must be 20 to 65536').max(65_536, 'must be 20 to 65536'),
  multiAz: z.boolean(),
  backupRetentionDays: z.int().min(1, 'must be 1 to 35').max(35, 'must be 1 to 35'),
});

const logs = z.strictObject({
  retentionInDays: z
    .int()
    .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(', ')}`),
});

const tracing = z.strictObject({
  exporter: z.enum(['xray', 'otel', 'off']),
  samplePercent: z.int('must be 0 to 100').min(0, 'must be 0 to 100').max(100, 'must be 0 to 100'),
});

const domain = z.strictObject({
  name: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host name, such as "shop.example.com"'),
  hostedZoneId: z.string().regex(/^Z[A-Z0-9]+$/, 'must be the id of a public Route 53 hosted zone'),
});

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits');

/**
 * Reads the settings of the selected stack and lays its overrides over the declarations.
 * @throws {ManifestError} with every fault of the stack's file.
 */
export function loadSettings(declarations: ServiceDeclaration[]): Settings {
  const given = readConfig();
  const result = settingsSchema(declarations).safeParse(given);
  if (!result.success) {
    throw new ManifestError(faultsOf(result.error, `infra/Pulumi.${pulumi.getStack()}.yaml`, given));
  }
  return {
    region: result.data['aws:region'],
    network: result.data['fairlead:network'],
    database: result.data['fairlead:database'],
    logs: result.data['fairlead:logs'],
    tracing: result.data['fairlead:tracing'],
    deletionProtection: result.data['fairlead:deletionProtection'],
    domain: result.data['fairlead:domain'],
    tags: result.data['fairlead:tags'],
    services: declarations.map((service) => withOverrides(service, result.data['fairlead:services'][service.name])),
    images: result.data['fairlead:images'],
  };
}

/** The keys are the ones in the stack's file, so that a fault names them as they are written there. */
function settingsSchema(declarations: ServiceDeclaration[]) {
  const names = declarations.map(({ name }) => name);
  const images = z.record(z.string(), digest).superRefine((given, context) => {
    for (const name of Object.keys(given).filter((key) => !names.includes(key))) {
      const message = `is not a service; allowed: ${names.join(', ') || 'none'}`;
      context.addIssue({ code: 'custom', path: [name], message, input: given });
    }
  });
  return z.strictObject({
    'aws:region': z.string('must be an AWS region, such as "us-east-1"').regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
    'fairlead:network': network,
    'fairlead:database': database,
    'fairlead:logs': logs,
    'fairlead:tracing': tracing,
    'fairlead:deletionProtection': z.boolean(),
    'fairlead:domain': domain.optional(),
    'fairlead:tags': z.record(z.string(), z.string()).default({}),
    'fairlead:services': overridesSchema(declarations).default({}),
    'fairlead:images': images.default({}),
  });
}

/** Pulumi hands over every value as text, and what was structured as JSON. */
function readConfig(): Record<string, unknown> {
  const own = `${pulumi.getProject()}:`;
  const entries = Object.entries(pulumi.runtime.allConfig());
  return Object.fromEntries(
    entries.filter(([key]) => key.startsWith(own) || key === 'aws:region').map(([key, value]) => [key, parse(value)]),
  );
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
