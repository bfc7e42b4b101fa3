import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useProcessGroups } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import { UserError } from '../errors.ts';
import { evaluateGraph } from './evaluate-graph.ts';

const LOCAL = { postgres: { host: '127.0.0.1', port: 5432 }, entrance: { host: 'localhost', port: 8080 } };

/** Evaluates a program that stands where the one of the platform does. */
async function evaluate(program: string) {
  const workspace = await createFolder({ 'infra/graph/main.ts': program });
  return evaluateGraph({
    workspace,
    stack: 'staging',
    output: join(workspace, 'graph.json'),
    local: LOCAL,
    groups: useProcessGroups(),
  });
}

describe('evaluating the graph', () => {
  test('runs the program for the stack, with the addresses of this machine, and reads what it wrote', async () => {
    const graph = await evaluate(`
      const { writeFileSync } = require('node:fs');
      const [, , stackFlag, stack, outputFlag, output, localFlag, local] = process.argv;
      const { entrance } = JSON.parse(local);
      const region = [stackFlag, outputFlag, localFlag, entrance.host, entrance.port].join(' ');
      writeFileSync(output, JSON.stringify({ project: 'test', stack, region, accountId: '1', resources: [] }));
    `);
    expect(graph).toMatchObject({ stack: 'staging', region: '--stack --output --local localhost 8080' });
  });

  test('that fails says what the program said', async () => {
    const failed = evaluate(`console.error('apps/catalog/service.ts: size is not allowed'); process.exitCode = 1;`);
    await expect(failed).rejects.toThrow(new UserError('apps/catalog/service.ts: size is not allowed'));
  });

  test('that fails without a word is an error that says which command failed', async () => {
    const failed = evaluate('process.exitCode = 3;');
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(/infra\/graph\/main\.ts --stack staging/);
  });
});
