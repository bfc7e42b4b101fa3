import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { retryDenied } from '../../lambda/retry-denied.ts';
import { generate, type GenerateRequest, type Outcome } from './generate.ts';

const client = new SecretsManagerClient();

/** The entry point of the Lambda function: gives the secret of the event its first value. */
export const handler = (event: GenerateRequest): Promise<Outcome> => retryDenied(() => generate(event, client));
