import { describe, expect, it } from 'vitest';
import { pretendImages } from './graph/evaluate.ts';
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
    const hostConfig = { ...config, 'fairlead:images': await pretendImages() };
    const [graph, hosted] = await Promise.all([evaluateStack('dev'), runInPulumiHost(hostConfig)]);
    expect(hosted.resources.map(registration)).toEqual(graph.resources.map(registration));
  });

  it('leaves out a service that has no image yet, and says how to give it one', async () => {
    const { config } = await readStackFile('dev');
    const { resources, warnings } = await runInPulumiHost(config);
    const types = resources.map(({ type }) => type);
    expect(types).not.toContain('aws:ecs/service:Service');
    expect(types).toContain('aws:ecr/repository:Repository');
    expect(types).toContain('aws:lambda/invocation:Invocation');
    expect(warnings).toContainEqual(expect.stringContaining('pulumi config set --path fairlead:images.catalog'));
  });
});
