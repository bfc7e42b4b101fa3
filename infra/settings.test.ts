import { describe, expect, it } from 'vitest';
import { evaluateSettings, faultsOf, resourceOf, SETTINGS } from './test/evaluate.ts';

describe('the settings of a stack', () => {
  it('are refused with every fault at once, each with its file, field, value and what is allowed', async () => {
    const faults = await faultsOf({
      ...SETTINGS,
      'aws:region': 'Frankfurt',
      'fairlead:network': { cidrBlock: '8.8.0.0/16', availabilityZones: 1, natGateways: 'two' },
      'fairlead:logs': { retentionInDays: 31 },
      'fairlead:tracing': { exporter: 'jaeger', samplePercent: 120 },
      'fairlead:deletionProtection': 'no',
      'fairlead:services': {
        catalog: { size: { cpu: 256, memoryMiB: 8192 }, scaling: { max: 1 }, route: '/x' },
        catalogue: { scaling: { max: 4 } },
      },
      'fairlead:images': { catalog: 'latest', users: `sha256:${'0'.repeat(64)}` },
      'fairlead:nat': 'single',
    });
    expect(faults.every((fault) => fault.startsWith('infra/Pulumi.dev.yaml: '))).toBe(true);
    const text = faults.join('\n');
    for (const [field, message] of [
      ['aws:region', 'must be an AWS region, such as "us-east-1" (given: "Frankfurt")'],
      ['fairlead:network.cidrBlock', 'such as "10.0.0.0/16" (given: "8.8.0.0/16")'],
      ['fairlead:network.availabilityZones', 'must be 2 or 3 (given: 1)'],
      ['fairlead:network.natGateways', '"none"|"single"|"per-zone" (given: "two")'],
      ['fairlead:logs.retentionInDays', 'must be one of 1, 3, 5'],
      ['fairlead:tracing.exporter', '"xray"|"otel"|"off" (given: "jaeger")'],
      ['fairlead:tracing.samplePercent', 'must be 0 to 100 (given: 120)'],
      ['fairlead:deletionProtection', '(given: "no")'],
      ['fairlead:services.catalog.route', 'is not a field'],
      ['fairlead:images.catalog', 'must be "sha256:" and 64 hexadecimal digits (given: "latest")'],
      ['fairlead:nat', 'is not a field'],
    ] as const) {
      expect(text).toMatch(new RegExp(`: ${escape(field)}: .*${escape(message)}`));
    }
  });

  it('hold overrides to what a declaration may say', async () => {
    const faults = await faultsOf({
      ...SETTINGS,
      'fairlead:services': {
        catalog: { size: { memoryMiB: 8192 }, scaling: { max: 1 }, environment: { writes: true } },
        catalogue: { scaling: { max: 4 } },
      },
    });
    const place = 'infra/Pulumi.dev.yaml: fairlead:services';
    expect(faults).toEqual([
      expect.stringMatching(`^${place}.catalog.size: Fargate sells no 8192 MiB with 256 CPU units; allowed: 512, 1024`),
      expect.stringMatching(`^${place}.catalog.scaling: max must be at least min`),
      expect.stringMatching(`^${place}.catalog.environment.writes: `),
      expect.stringMatching(`^${place}.catalogue: is not a service; allowed: catalog`),
    ]);
  });

  it('change a service where they override it and nowhere else', async () => {
    const graph = await evaluateSettings({
      ...SETTINGS,
      'fairlead:services': { catalog: { size: { memoryMiB: 1024 }, environment: { SEED_PRODUCTS: 'true' } } },
    });
    const { inputs } = resourceOf(graph, 'aws:ecs/taskDefinition:TaskDefinition', 'catalog');
    expect(inputs).toMatchObject({ cpu: '256', memory: '1024' });
    expect(inputs.containerDefinitions).toContain('{"name":"SEED_PRODUCTS","value":"true"}');
    expect(inputs.containerDefinitions).toContain('{"name":"TRACING","value":"xray"}');
  });
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
