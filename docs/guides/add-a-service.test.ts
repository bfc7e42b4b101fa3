import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);

const WORKSPACE = join(import.meta.dirname, '../..');
const ENVIRONMENT = { HOST: '127.0.0.1', PORT: '0', GREETING: 'Hello' };

let folder: string;
let guide: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-guide-'));
  await symlink(join(WORKSPACE, 'node_modules'), join(folder, 'node_modules'));
  guide = await readFile(join(import.meta.dirname, 'add-a-service.md'), 'utf8');
  await Promise.all(readFiles(guide).map(({ path, text }) => write(join(folder, path), text)));
});

afterAll(() => rm(folder, { recursive: true }));

/** The files of the guide: each is named in the paragraph before its text. */
function readFiles(markdown: string): { path: string; text: string }[] {
  const blocks = markdown.matchAll(/`(apps\/[^`]+)`.*(?:\n.+)*\n\n```(?:ts|json)\n([\s\S]*?)```/g);
  return Array.from(blocks, ([, path = '', text = '']) => ({ path, text }));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

test('every file of the guide is found', () => {
  expect(readFiles(guide)).toHaveLength(guide.match(/^```(ts|json)$/gm)?.length ?? 0);
});

test('the declaration of the guide is in order', async () => {
  const script = `import { loadServices } from '@fairlead/manifest'; console.log(JSON.stringify(await loadServices('apps')))`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
  expect(stdout).toContain('"name":"greetings"');
});

test('the service of the guide runs and answers', async () => {
  const main = join(folder, 'apps/greetings/src/main.ts');
  const child = spawn(process.execPath, [main], { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const { port } = await findListening(child.stdout);
    const greeting = await fetch(`http://127.0.0.1:${port}/greetings/Ada`);
    expect(await greeting.json()).toEqual({ text: 'Hello, Ada!' });
    expect((await fetch(`http://127.0.0.1:${port}/greetings/${'a'.repeat(41)}`)).status).toBe(400);
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
});

async function findListening(stdout: NodeJS.ReadableStream): Promise<{ port: number }> {
  for await (const line of createInterface({ input: stdout })) {
    const record = JSON.parse(line) as { message: string; port: number };
    if (record.message === 'listening') return record;
  }
  throw new Error('the service ended before it listened');
}
