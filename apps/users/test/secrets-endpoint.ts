import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

interface GetSecretValueInput {
  SecretId: string;
  VersionStage: string;
}

/**
 * Answers GetSecretValue with secrets that do not change.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function startSecretsEndpoint(secrets: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { SecretId, VersionStage } = JSON.parse(body) as GetSecretValueInput;
      const value = VersionStage === 'AWSCURRENT' ? secrets[SecretId] : undefined;
      response.writeHead(value === undefined ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify(
          value === undefined
            ? { __type: 'ResourceNotFoundException', message: 'there is no such version' }
            : { ARN: SecretId, Name: SecretId, VersionId: 'first', SecretString: value, CreatedDate: 1 },
        ),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
