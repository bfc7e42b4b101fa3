// Infers the targets of every project from the files in its folder, so that no project repeats them.
// JavaScript, because Nx may load it with a Node.js that cannot strip types.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Runs a tool through the toolchain, so that a target works whatever Node.js `npx nx` was started with. */
const run = (line) => ({ executor: 'nx:run-commands', options: { command: `node tools/toolchain/run.js ${line}` } });

/** Every source of a project counts: a test may read any of them, and so may what imports the project. */
const CODE = ['sources', '^sources'];

const lint = {
  ...run('eslint {projectRoot} --max-warnings 0'),
  cache: true,
  inputs: [...CODE, '{workspaceRoot}/eslint.config.js'],
};

const typecheck = { ...run('tsc --project {projectRoot}/tsconfig.json'), cache: true, inputs: CODE };

const test = {
  ...run('vitest run {projectRoot}/'),
  cache: true,
  inputs: [...CODE, '{workspaceRoot}/vitest.config.ts'],
};

const build = {
  ...run('tools/plugin/build-service.js {projectRoot}'),
  cache: true,
  inputs: ['production', '^production'],
  outputs: ['{workspaceRoot}/dist/{projectRoot}'],
};

/** The service and what it calls, in the twin, until it is stopped. */
const serve = (name) => ({ ...run(`tools/twin/src/main.ts --service ${name}`), continuous: true });

function targetsOf(root) {
  const isService = existsSync(join(root, 'service.ts'));
  return {
    lint,
    ...(existsSync(join(root, 'tsconfig.json')) && { typecheck }),
    ...(hasTests(root) && { test }),
    ...(isService && { build, serve: serve(basename(root)) }),
  };
}

const hasTests = (root) =>
  readdirSync(root, { recursive: true }).some((file) => file.endsWith('.test.ts') && !file.includes('node_modules'));

/** @type {import('@nx/devkit').CreateNodes} */
export const createNodes = [
  '{apps/*,libs/*,infra,tools/*}/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: targetsOf(join(workspaceRoot, root)) } } }];
    }),
];
