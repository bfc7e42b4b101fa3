export { createSecrets } from './create-secrets.ts';
export type { RotatingSecret, SecretVersion, SecretVersions } from './rotating-secret.ts';
export type { Secrets } from './secrets.ts';
