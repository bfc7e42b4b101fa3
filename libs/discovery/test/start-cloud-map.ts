import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Instance } from '../src/index.ts';

export interface CloudMap {
  client: ServiceDiscoveryClient;
  url: string;
  /** The inputs of the lookups so far. */
  lookups: Record<string, unknown>[];
  /** How it answers: by default with the instances. */
  answer: (response: ServerResponse) => void;
  instances: readonly Partial<Instance>[];
}

/** Starts what answers DiscoverInstances as Cloud Map does, and a client of the real SDK for it. */
export async function startCloudMap(instances: readonly Partial<Instance>[]): Promise<CloudMap> {
  const server = createServer((request, response) => {
    void json(request).then((input) => {
      if (request.headers['x-amz-target'] !== 'Route53AutoNaming_v20170314.DiscoverInstances') {
        response.writeHead(400).end();
        return;
      }
      cloudMap.lookups.push(input as Record<string, unknown>);
      cloudMap.answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const client = new ServiceDiscoveryClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials,
    disableHostPrefix: true,
    maxAttempts: 1,
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  const cloudMap: CloudMap = {
    client,
    url,
    lookups: [],
    instances,
    answer: (response) => {
      answer(response, 200, { Instances: cloudMap.instances.map(describeInstance) });
    },
  };
  return cloudMap;
}

export function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

const describeInstance = ({ id, host, port, zone }: Partial<Instance>) => ({
  InstanceId: id,
  NamespaceName: 'dev.fairlead.internal',
  ServiceName: 'users',
  HealthStatus: 'HEALTHY',
  Attributes: {
    ...(host !== undefined && { AWS_INSTANCE_IPV4: host }),
    ...(port !== undefined && { AWS_INSTANCE_PORT: String(port) }),
    ...(zone !== undefined && { AVAILABILITY_ZONE: zone }),
  },
});
