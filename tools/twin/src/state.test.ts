import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../test/workspace.ts';
import { UserError } from './errors.ts';
import { State } from './state.ts';

const NO_REAPER = 2 ** 30;

/** Takes the folder in a process of its own, as another twin does. */
async function startTwin(folder: string) {
  const module = fileURLToPath(new URL('state.ts', import.meta.url));
  const program = `
    import { State } from '${module}';
    const state = await State.take('${folder}', ${NO_REAPER});
    await state.write('twin.json', {});
    console.log('taken');
    setInterval(() => {}, 1000);
  `;
  const twin = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void twin.kill('SIGKILL'));
  await once(createInterface({ input: twin.stdout }), 'line');
  const kill = async () => {
    twin.kill('SIGKILL');
    await once(twin, 'exit');
  };
  return { pid: twin.pid!, kill };
}

describe('the state folder', () => {
  test('belongs to one twin: another is told which process has it', async () => {
    const folder = await createFolder();
    const twin = await startTwin(folder);
    const refused = State.take(folder, NO_REAPER);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(
      `the twin already runs here (process ${twin.pid}); stop it, or name another folder with --state`,
    );
    expect(await readdir(folder)).toContain('twin.json');
  });

  test('can be taken after a twin was killed: its data is there, and what it said of itself is gone', async () => {
    const folder = await createFolder({ 'secrets.json': '{"kept":true}' });
    const twin = await startTwin(folder);
    await twin.kill();
    const state = await State.take(folder, NO_REAPER);
    expect(await state.find('twin.json')).toBeUndefined();
    expect(await state.find('secrets.json')).toEqual({ kept: true });
    expect(await state.find('lock')).toEqual({ pid: process.pid, reaperPid: NO_REAPER });
  });

  test('can be taken when the process id of its lock belongs to another program by now', async () => {
    const other = spawn('sleep', ['60']);
    onTestFinished(() => void other.kill('SIGKILL'));
    const folder = await createFolder({ lock: JSON.stringify({ pid: other.pid, reaperPid: NO_REAPER }) });
    await expect(State.take(folder, NO_REAPER)).resolves.toBeInstanceOf(State);
  });

  test('can be taken when its lock is damaged', async () => {
    const folder = await createFolder({ lock: '{"pid":' });
    await expect(State.take(folder, NO_REAPER)).resolves.toBeInstanceOf(State);
  });

  test('is taken when the clean-up after a killed twin is over, and not before', async () => {
    const reaper = spawn('/bin/sh', ['-c', 'sleep 0.3; exit 0 # reaper of a twin'], { stdio: 'ignore' });
    const folder = await createFolder({ lock: JSON.stringify({ pid: NO_REAPER, reaperPid: reaper.pid }) });
    await State.take(folder, NO_REAPER);
    expect(reaper.exitCode).toBe(0);
  });

  test('is made where there is none, and free again afterwards', async () => {
    const folder = join(await createFolder(), 'a', 'b');
    const state = await State.take(folder, NO_REAPER);
    await state.write('twin.json', {});
    await state.write('secrets.json', {});
    await state[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual(['secrets.json']);
  });
});

describe('a file of the state', () => {
  test('can be read by its owner only, also where it was open before', async () => {
    const folder = await createFolder();
    const state = await State.take(folder, NO_REAPER);
    await writeFile(state.path('secrets.json'), '{}', { mode: 0o644 });
    await state.write('secrets.json', { password: 'x' });
    for (const name of ['secrets.json', 'lock']) expect((await stat(state.path(name))).mode & 0o777).toBe(0o600);
  });

  test('is whole for whoever reads it while it is replaced', async () => {
    const state = await State.take(await createFolder(), NO_REAPER);
    const long = { text: 'x'.repeat(100_000) };
    await state.write('twin.json', long);
    for (let count = 0; count < 30; count++) {
      const written = state.write('twin.json', long);
      const reads = Array.from({ length: 5 }, () => readFile(state.path('twin.json'), 'utf8'));
      for (const text of await Promise.all(reads)) expect(JSON.parse(text)).toEqual(long);
      await written;
    }
    expect((await readdir(state.folder)).toSorted()).toEqual(['lock', 'twin.json']);
  });

  test('that does not exist has no value', async () => {
    const state = await State.take(await createFolder(), NO_REAPER);
    expect(await state.find('absent.json')).toBeUndefined();
  });
});
