import { json } from 'node:stream/consumers';
import { listen } from '@fairlead/service/testing';

/**
 * Answers GetSecretValue for secrets that have one version each.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 * @returns its port
 */
export const startSecretsManager = (findText: (arn: string) => string | undefined): Promise<number> =>
  listen((request, response) => {
    void json(request).then((input) => {
      const { SecretId, VersionStage } = input as { SecretId: string; VersionStage?: string };
      const text = VersionStage === undefined || VersionStage === 'AWSCURRENT' ? findText(SecretId) : undefined;
      response.writeHead(text === undefined ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.1' });
      const version = { ARN: SecretId, VersionId: 'only', SecretString: text, CreatedDate: 1.7e9 };
      response.end(JSON.stringify(text === undefined ? { __type: 'ResourceNotFoundException' } : version));
    });
  });
