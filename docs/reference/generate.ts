// Writes the pages of this folder from the code, or with --check says which of them the code has left behind.
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { loadDocumented } from './documented.ts';
import { findStale, replaceStale } from './folder.ts';
import { writePages } from './pages.ts';

const COMMAND = 'node tools/toolchain/run.js docs/reference/generate.ts';

const folder = import.meta.dirname;
const workspace = join(folder, '../..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const pages = await writePages(await loadDocumented(join(workspace, 'apps')), folder);
const stale = await (values.check ? findStale : replaceStale)(pages, folder);
for (const path of stale) {
  const file = relative(workspace, join(folder, path));
  if (values.check) process.stderr.write(`${file} is not what the code says; run: ${COMMAND}\n`);
  else process.stdout.write(`${file}\n`);
}
if (values.check && stale.length > 0) process.exitCode = 1;
