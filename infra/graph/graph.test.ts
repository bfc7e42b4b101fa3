import { appendFile, mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateToText, failureOf, resourceOf, resourcesOf, runGraphCommand } from '../test/evaluate.ts';
import { copyWorkspace } from '../test/workspace-copy.ts';
import type { Graph } from './graph.ts';

/** Five seconds on a machine with nothing else to do; tests share theirs. */
const EVALUATED_MS = 10_000;

describe('the graph command', () => {
  it.each(['dev', 'staging', 'production'])(
    'evaluates %s within seconds, without credentials, account or network',
    async (stack) => {
      const started = performance.now();
      const text = await evaluateToText(['--stack', stack]);
      expect(performance.now() - started).toBeLessThan(EVALUATED_MS);
      expect(JSON.parse(text)).toMatchObject({ project: 'fairlead', stack, outputs: { url: 'http://localhost:8080' } });
    },
  );

  it('writes the same text every time', async () => {
    const [first, second] = [await evaluateToText(['--stack', 'dev']), await evaluateToText(['--stack', 'dev'])];
    expect(first === second).toBe(true);
  });

  it('wires the addresses of this machine through the program', async () => {
    const local = { postgres: { host: '127.0.0.2', port: 15_432 }, entrance: { host: 'localhost', port: 18_080 } };
    const text = await evaluateToText(['--stack', 'dev', '--local', JSON.stringify(local)]);
    const graph = JSON.parse(text) as Graph;
    const { containerDefinitions } = resourceOf(graph, 'aws:ecs/taskDefinition:TaskDefinition', 'catalog').inputs;
    expect(containerDefinitions).toContain('{"name":"DATABASE_HOST","value":"127.0.0.2"}');
    expect(containerDefinitions).toContain('{"name":"DATABASE_PORT","value":"15432"}');
    expect(graph.outputs.url).toBe('http://localhost:18080');
  });

  it('puts the code of functions beside the graph, ready to be imported', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'fairlead-graph-'));
    const output = join(folder.path, 'graph.json');
    const { stdout } = await runGraphCommand(['--stack', 'dev', '--output', output]);
    expect(stdout).toMatch(/^fairlead dev: \d+ resources in .*graph\.json\n$/);
    const graph = JSON.parse(await readFile(output, 'utf8')) as Graph;
    const functions = resourcesOf(graph, 'aws:lambda/function:Function');
    expect(functions.map(({ name }) => name)).toEqual(['database-provisioner', 'secret-generator']);
    for (const { inputs } of functions) {
      const { archive } = inputs.code as { archive: Record<string, string> };
      const module: unknown = await import(pathToFileURL(join(dirname(output), archive['index.mjs']!)).href);
      expect(module).toHaveProperty('handler');
    }
  });

  it('says what is allowed when it is asked for something else', async () => {
    expect(await failureOf(['--stack', 'test'])).toEqual([
      '--stack must be one of dev, production, staging (given: test)',
    ]);
    expect(await failureOf(['--stack', 'dev', '--local', 'here'])).toEqual([
      expect.stringMatching(/^--local must be JSON/),
    ]);
    expect(await failureOf(['--stak', 'dev'])).toEqual([expect.stringContaining("Unknown option '--stak'")]);
  });

  it('fails with the reason when an output of the program fails', async () => {
    await using copy = await copyWorkspace();
    const failing = "export const failing = network.vpcId.apply(() => { throw new Error('no such thing'); });\n";
    await appendFile(join(copy.folder, 'infra/index.ts'), failing);
    expect(await failureOf(['--stack', 'dev'], copy.folder)).toEqual(['no such thing']);
  });
});
