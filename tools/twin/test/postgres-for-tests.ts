// A real Postgres for the tests that need one, started once for each run of vitest.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findFreePort } from '../src/ports.ts';
import { startEmbeddedPostgres } from '../src/postgres/embedded-postgres.ts';
import { ProcessGroups } from '../src/process/process-group.ts';
import { State } from '../src/state.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-test-'));
  await chmod(folder, 0o755);
  const groups = new ProcessGroups();
  const state = await State.take(folder, groups.reaperPid);
  const server = await startEmbeddedPostgres({
    port: await findFreePort(),
    state,
    groups,
    onLine: () => undefined,
    onRestart: () => undefined,
    onError: () => undefined,
  });
  project.provide('postgres', server.superuser);
  return async () => {
    await server[Symbol.asyncDispose]();
    await groups[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
}
