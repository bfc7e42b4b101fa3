import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Some of what is bundled is CommonJS and asks for built-in modules with `require`, which ES modules lack. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** The code of a function as one ES module, with everything that it imports. */
export async function bundleFunction(entryPoint: URL): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(entryPoint)],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    legalComments: 'none',
    banner: { js: BANNER },
    external: ['pg-native'],
    // The type checker's settings say nothing about the bundle.
    tsconfigRaw: '{}',
  });
  return result.outputFiles.map(({ text }) => text).join('');
}
