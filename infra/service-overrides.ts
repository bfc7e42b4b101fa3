import { findFaults, type ServiceDeclaration } from '@fairlead/manifest';
import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());

/** What a stack may set differently from a service's declaration. */
const override = z.strictObject({
  size: fields.optional(),
  scaling: fields.optional(),
  environment: fields.optional(),
});

type Override = z.infer<typeof override>;

/** Checks a stack's overrides, by service: each result must be a declaration that could have been written by hand. */
export function overridesSchema(declarations: ServiceDeclaration[]) {
  const byName = new Map(declarations.map((service) => [service.name, service]));
  return z.record(z.string(), override).superRefine((overrides, context) => {
    for (const [name, given] of Object.entries(overrides)) {
      for (const { path, message } of findOverrideFaults(name, given, byName)) {
        context.addIssue({ code: 'custom', path, message, input: overrides });
      }
    }
  });
}

/** The declaration with the stack's fields laid over it. */
export function withOverrides(service: ServiceDeclaration, given: Override = {}): ServiceDeclaration {
  const merged: unknown = {
    ...service,
    size: { ...service.size, ...given.size },
    scaling: { ...service.scaling, ...given.scaling },
    environment: { ...service.environment, ...given.environment },
  };
  return merged as ServiceDeclaration;
}

function findOverrideFaults(name: string, given: Override, declared: Map<string, ServiceDeclaration>) {
  const service = declared.get(name);
  if (!service) {
    const allowed = [...declared.keys()].join(', ') || 'none';
    return [{ path: [name], message: `is not a service; allowed: ${allowed}` }];
  }
  return findFaults(withOverrides(service, given), name).map(({ field, message }) => ({
    path: [name, ...field.split('.')],
    message,
  }));
}
