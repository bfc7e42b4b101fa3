import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';

/** Runs a module of its own process, given as text that may import `#tracing`, and returns what it prints. */
export async function runScript(source: string, flags: readonly string[] = []): Promise<string> {
  const library = join(import.meta.dirname, '../src/index.ts');
  const script = source.replaceAll('#tracing', library);
  const child = spawn(process.execPath, [...flags, '--input-type=module-typescript', '--eval', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`the script ended with ${String(code)}`);
  return printed;
}
