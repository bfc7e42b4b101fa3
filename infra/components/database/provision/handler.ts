import { setTimeout as delay } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { provision, type Outcome, type ProvisionRequest } from './provision.ts';
import { SecretStore } from './secret-store.ts';

/** A permission that was given a moment ago may take seconds to reach every part of AWS. */
const DENIED_RETRIES = 10;
const DENIED_RETRY_DELAY_MS = 3000;

const store = new SecretStore(new SecretsManagerClient());

/** The entry point of the Lambda function: makes a service's database, as its environment and the event say. */
export async function handler(event: ProvisionRequest): Promise<Outcome> {
  const server = {
    host: variable('DATABASE_HOST'),
    port: Number(variable('DATABASE_PORT')),
    masterSecretArn: variable('MASTER_SECRET_ARN'),
  };
  for (let retries = 0; ; retries += 1) {
    try {
      return await provision(event, server, store);
    } catch (error) {
      if (!isDenied(error) || retries >= DENIED_RETRIES) throw error;
      await delay(DENIED_RETRY_DELAY_MS);
    }
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && error.name === 'AccessDeniedException';
}
