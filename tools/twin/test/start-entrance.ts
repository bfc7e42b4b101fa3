import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { LoadBalancer, type EntranceResources } from '../src/load-balancer/load-balancer.ts';
import type { TargetGroup } from '../src/load-balancer/target-group.ts';
import type { Target } from '../src/load-balancer/target.ts';
import { LOOPBACK } from '../src/ports.ts';
import { startServer, type TestServer } from './http.ts';
import { defineEntrance } from './resources.ts';

/** A listening load balancer, until the test is over. */
export async function startEntrance(changes: Partial<EntranceResources> = {}): Promise<LoadBalancer> {
  const loadBalancer = await LoadBalancer.listen(0);
  onTestFinished(() => loadBalancer[Symbol.asyncDispose]());
  loadBalancer.configure(defineEntrance(changes));
  return loadBalancer;
}

export interface ServedEntrance {
  loadBalancer: LoadBalancer;
  /** Of the load balancer. */
  port: number;
  group: TargetGroup;
  target: Target;
  /** What the target is. */
  origin: TestServer;
}

/** A load balancer before one healthy target, which answers with the listener. */
export async function startServedEntrance(
  listener: RequestListener,
  changes: Partial<EntranceResources> = {},
): Promise<ServedEntrance> {
  const origin = await startServer((req, res) => {
    if (req.url === '/readyz') res.end();
    else listener(req, res);
  });
  const loadBalancer = await startEntrance(changes);
  const [group] = loadBalancer.targetGroups.values();
  if (!group) throw new Error('the entrance needs a target group');
  const target = group.register({ host: LOOPBACK, port: origin.port });
  onTestFinished(() => {
    target[Symbol.dispose]();
  });
  await target.firstHealthy;
  return { loadBalancer, port: loadBalancer.port, group, target, origin };
}
