import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadServices } from '@fairlead/manifest';
import * as pulumi from '@pulumi/pulumi';
import { ACCOUNT_ID, type LocalAddresses } from './asked.ts';
import { GraphMonitor } from './graph-monitor.ts';
import type { Graph, Properties } from './graph.ts';
import { LocalCloud } from './local-cloud.ts';
import { readStackFile, toPulumiConfig } from './stack-file.ts';

interface EvaluateArgs {
  stack: string;
  /** @default the stack's own file, `infra/Pulumi.<stack>.yaml` */
  configFile?: string | undefined;
  addresses: LocalAddresses;
}

/**
 * Runs the Pulumi program for one stack against a cloud that answers at once, and gives what it made. A process can do
 * this once: the program makes its resources when it is imported.
 * @throws what the program threw, also from within an output.
 */
export async function evaluate({ stack, configFile, addresses }: EvaluateArgs): Promise<Graph> {
  const { project, config } = await readStackFile(stack, configFile);
  const region = String(config['aws:region']);
  const monitor = new GraphMonitor(new LocalCloud(region, addresses));
  pulumi.runtime.setMockOptions(monitor, project, stack);
  const images = { ...(await pretendImages()), ...(config[`${project}:images`] as object | undefined) };
  pulumi.runtime.setAllConfig(toPulumiConfig({ ...config, [`${project}:images`]: images }));

  const outputs = await failOnUnhandledRejection(runProgram);
  return { project, stack, region, accountId: ACCOUNT_ID, resources: monitor.registered, outputs };
}

async function runProgram(): Promise<Properties> {
  const outputs: unknown = await pulumi.runtime.runInPulumiStack(() => import('../index.ts'));
  await pulumi.runtime.disconnect();
  return outputs as Properties;
}

/** Stands in for the delivery pipeline, which builds an image of every service and hands its digest over; gives those. */
export async function pretendImages(): Promise<Record<string, string>> {
  const services = await loadServices(fileURLToPath(new URL('../../apps', import.meta.url)));
  return Object.fromEntries(
    services.map(({ name }) => [name, `sha256:${createHash('sha256').update(name).digest('hex')}`]),
  );
}

/**
 * An output that fails rejects where nobody waits for it; the real Pulumi host fails the deployment for it too. What
 * depends on it fails after it, so that the first reason is the one to report.
 */
async function failOnUnhandledRejection<Result>(run: () => Promise<Result>): Promise<Result> {
  const failure = Promise.withResolvers<never>();
  process.on('unhandledRejection', failure.reject);
  const result = await Promise.race([run(), failure.promise]);
  await Promise.race([setImmediate(), failure.promise]);
  return result;
}
