import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Stage } from '../src/cached-secret.ts';

interface StoredVersion {
  id: string;
  text: string;
}

interface GetSecretValueInput {
  SecretId: string;
  VersionStage: Stage;
}

/**
 * Answers GetSecretValue for one secret, as much of it as the tests need.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function startSecretsManager(stages: Partial<Record<Stage, StoredVersion>>) {
  const requests: Stage[] = [];
  const state: State = { stages, requests, mode: 'answers', failing: new Set(), held: [] };
  const server = createServer((request, response) => void answer(request, response, state));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(state, {
    client,
    /** Answers what was held while the mode was `hangs`. */
    release() {
      state.mode = 'answers';
      for (const resume of state.held.splice(0)) resume();
    },
  });
}

interface State {
  stages: Partial<Record<Stage, StoredVersion>>;
  requests: Stage[];
  mode: 'answers' | 'fails' | 'hangs';
  /** The labels whose versions cannot be read, whatever the mode. */
  failing: Set<Stage>;
  held: (() => void)[];
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const { SecretId, VersionStage } = JSON.parse(await text(request)) as GetSecretValueInput;
  state.requests.push(VersionStage);
  const version = state.stages[VersionStage];
  if (state.mode === 'hangs') await new Promise<void>((resolve) => state.held.push(resolve));
  if (state.mode === 'fails' || state.failing.has(VersionStage)) fail(response, 500, 'InternalServiceError');
  else if (!version) fail(response, 400, 'ResourceNotFoundException');
  else send(response, 200, { ARN: SecretId, VersionId: version.id, SecretString: version.text, CreatedDate: 1.7e9 });
}

const fail = (response: ServerResponse, status: number, type: string): void => {
  send(response, status, { __type: type, message: 'no' });
};

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
