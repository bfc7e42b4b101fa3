import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UserError } from '../errors.ts';

/** Reads the password of the first admin where the platform keeps it. @throws {UserError} where it is not there */
export async function findAdminPassword(aws: string): Promise<string> {
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  const client = new SecretsManagerClient({ endpoint: aws, region: 'us-east-1', credentials });
  const Filters = [{ Key: 'name' as const, Values: ['users-admin-password'] }];
  const { SecretList = [] } = await client.send(new ListSecretsCommand({ Filters }));
  const [secret] = SecretList;
  if (!secret?.ARN) throw new UserError('there is no secret users-admin-password; is the service users running?');
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secret.ARN }));
  if (SecretString === undefined) throw new UserError('the secret users-admin-password has no value');
  return SecretString;
}
