// Bundles a service for its image: `build-service.js apps/<name>` writes dist/apps/<name>, laid out like the sources, so
// that what a script finds beside itself (`../migrations/`) is there in both.
import { build } from 'esbuild';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [root] = process.argv.slice(2);
if (!root || !existsSync(join(root, 'service.ts'))) {
  console.error(`usage: build-service.js <folder of a service>, not "${root ?? ''}"`);
  process.exit(1);
}

const output = join('dist', root);
const entryPoints = ['main.ts', 'migrate.ts'].map((file) => join(root, 'src', file)).filter((file) => existsSync(file));

rmSync(output, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints,
  outbase: root,
  outdir: output,
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  metafile: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Optional addons of pg, which it looks for and does without.
  external: ['pg-native', 'pg-cloudflare'],
  // The CommonJS packages in the bundle call `require` for what Node.js has built in.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
writeFileSync(join(output, 'package.json'), '{ "type": "module" }\n');
for (const folder of ['migrations', 'seed']) {
  if (existsSync(join(root, folder))) cpSync(join(root, folder), join(output, folder), { recursive: true });
}
for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  if (file.endsWith('.js')) console.log(`${file}  ${Math.round(bytes / 1024)} KiB`);
}
