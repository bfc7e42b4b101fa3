import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { GraphResource } from './graph/graph.ts';
import { readStackFile } from './graph/stack-file.ts';
import { evaluateStack } from './test/evaluate.ts';
import { runInPulumiHost } from './test/pulumi-host.ts';

/** What the engine is told of a resource; an archive is text in one and a file in the other. */
function registration({ urn, inputs, dependsOn, options }: GraphResource): unknown {
  return { urn, inputs: { ...inputs, code: undefined }, dependsOn, options };
}

describe('the program under the host that pulumi up starts', () => {
  it('makes the same resources as the evaluation offline', async () => {
    const { config } = await readStackFile('dev');
    const digest = `sha256:${createHash('sha256').update('catalog').digest('hex')}`;
    const images = { 'fairlead:images': JSON.stringify({ catalog: digest }) };
    const [graph, hosted] = await Promise.all([evaluateStack('dev'), runInPulumiHost({ ...config, ...images })]);
    expect(hosted.resources.map(registration)).toEqual(graph.resources.map(registration));
  });

  it('leaves out a service that has no image yet, and says how to give it one', async () => {
    const { config } = await readStackFile('dev');
    const { resources, warnings } = await runInPulumiHost(config);
    const types = resources.map(({ type }) => type);
    expect(types).not.toContain('aws:ecs/service:Service');
    expect(types).toContain('aws:ecr/repository:Repository');
    expect(types).toContain('aws:lambda/invocation:Invocation');
    expect(warnings).toEqual([expect.stringContaining('pulumi config set --path fairlead:images.catalog')]);
  });
});
