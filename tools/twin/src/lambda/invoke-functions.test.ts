import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useProcessGroups } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import type { LambdaFunction, PlayedResources } from '../graph/resources.ts';
import { invokeFunctions } from './invoke-functions.ts';

const FUNCTION: LambdaFunction = {
  name: 'provision',
  handler: 'index.handler',
  timeout: 10,
  code: { archive: { 'index.mjs': 'assets/provision.mjs' } },
  environment: { variables: { STAGE: 'test', NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' } },
};

/** Makes invocations of a function with this source, and gives what it wrote. */
async function invoke(source: string, events: readonly unknown[] = [{}], changes: Partial<LambdaFunction> = {}) {
  const invocations = events.map((input) => ({ functionName: 'provision', input }));
  return invokeAll(source, [{ ...FUNCTION, ...changes }], invocations);
}

async function invokeAll(source: string, functions: LambdaFunction[], invocations: PlayedResources['invocations']) {
  const folder = await createFolder({ 'assets/provision.mjs': source });
  const lines: string[] = [];
  const options = {
    groups: useProcessGroups(),
    graphFile: join(folder, 'graph.json'),
    env: { AWS_REGION: 'eu-central-1', PATH: '/usr/bin:/bin' },
    onLine: (line: string) => lines.push(line),
  };
  await invokeFunctions({ functions, invocations }, options);
  return lines;
}

describe('a function of the graph', () => {
  test('is invoked with its event, in its environment and with what Lambda adds', async () => {
    const source = `
      export const handler = async ({ database }) => {
        const { STAGE, AWS_REGION, HOME, NODE_EXTRA_CA_CERTS } = process.env;
        console.log([database, STAGE, AWS_REGION, HOME, NODE_EXTRA_CA_CERTS].join());
      };`;
    expect(await invoke(source, [{ database: 'catalog' }])).toEqual(['catalog,test,eu-central-1,,']);
  });

  test('is invoked once after the other', async () => {
    const source = `
      import { setTimeout } from 'node:timers/promises';
      export const handler = async (event) => {
        console.log('begin', event);
        await setTimeout(50);
        console.log('end', event);
      };`;
    expect(await invoke(source, [1, 2])).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  test('is invoked while another one is', async () => {
    // Each ends when the other has begun.
    const source = `
      import { existsSync, writeFileSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      export const handler = async ({ own, other }) => {
        writeFileSync(own, '');
        while (!existsSync(other)) await setTimeout(5);
      };`;
    const invocations = [
      { functionName: 'provision', input: { own: 'a', other: 'b' } },
      { functionName: 'generate', input: { own: 'b', other: 'a' } },
    ];
    await expect(invokeAll(source, [FUNCTION, { ...FUNCTION, name: 'generate' }], invocations)).resolves.toEqual([]);
  });

  test('that fails stops everything, and says why', async () => {
    const source = `export const handler = async () => { throw new TypeError('no such role'); };`;
    await expect(invoke(source)).rejects.toThrow('function provision failed: TypeError: no such role');
  });

  test('that takes longer than it may is ended, and says so', async () => {
    const source = `export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));`;
    await expect(invoke(source, [{}], { timeout: 0.5 })).rejects.toThrow('Task timed out after 0.5 seconds');
  });

  test('must have the module and the export of its handler', async () => {
    await expect(invoke('', [{}], { handler: 'absent.handler' })).rejects.toThrow(
      'the code of provision has no module absent',
    );
    await expect(invoke('')).rejects.toThrow(/^function provision failed: Error: .*provision\.mjs exports no handler$/);
  });

  test('must be in the graph', async () => {
    await expect(invoke('', [{}], { name: 'other' })).rejects.toThrow(
      'an invocation names the function provision, which the graph does not have',
    );
  });
});
