import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { GeneratedKind } from '@fairlead/manifest';

export interface GenerateRequest {
  /** The secret that gets the value. */
  secretArn: string;
  kind: GeneratedKind;
}

/** Whether the secret had a value already; never the value. */
export interface Outcome {
  value: 'kept' | 'generated';
}

/** Gives a secret its first value. One that it has stays, whoever put it there, so that it can be called again at any time. */
export async function generate({ secretArn, kind }: GenerateRequest, client: SecretsManagerClient): Promise<Outcome> {
  if (await hasValue(secretArn, client)) return { value: 'kept' };
  try {
    await client.send(
      new PutSecretValueCommand({
        SecretId: secretArn,
        SecretString: GENERATE[kind](),
        ClientRequestToken: firstVersionOf(secretArn),
      }),
    );
    return { value: 'generated' };
  } catch (error) {
    if (error instanceof ResourceExistsException) return { value: 'kept' };
    throw error;
  }
}

const GENERATE: Record<GeneratedKind, () => string> = {
  password: () => randomBytes(48).toString('base64url'),
  'ed25519-key': () => JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
};

/**
 * The same for every call: a version is never changed, so of several calls at once one sets the value and the others are refused.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
const firstVersionOf = (secretArn: string): string => createHash('sha256').update(secretArn).digest('hex');

async function hasValue(secretArn: string, client: SecretsManagerClient): Promise<boolean> {
  try {
    await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
