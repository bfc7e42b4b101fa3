import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { retryDenied } from '../../lambda/retry-denied.ts';
import { provision, type Outcome, type ProvisionRequest } from './provision.ts';
import { SecretStore } from './secret-store.ts';

const store = new SecretStore(new SecretsManagerClient());

/** The entry point of the Lambda function: makes a service's database, as its environment and the event say. */
export async function handler(event: ProvisionRequest): Promise<Outcome> {
  const server = {
    host: variable('DATABASE_HOST'),
    port: Number(variable('DATABASE_PORT')),
    masterSecretArn: variable('MASTER_SECRET_ARN'),
  };
  return retryDenied(() => provision(event, server, store));
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
