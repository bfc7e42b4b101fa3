import type { RotatingSecret, Secrets } from '@fairlead/secrets';

/** The keys that calls are signed with, by the service at the other end, from the ARNs in the environment. */
export const loadCallKeys = (
  arns: Readonly<Record<string, string>>,
  secrets: Secrets,
): ReadonlyMap<string, RotatingSecret<string>> =>
  new Map(Object.entries(arns).map(([service, arn]) => [service, secrets.rotating(arn, (text) => text)]));
