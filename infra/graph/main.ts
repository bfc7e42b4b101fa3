import { enableCompileCache } from 'node:module';

// Compiling Pulumi's SDK takes a third of an evaluation; the second one finds it compiled.
enableCompileCache();

try {
  const { writeStackGraph } = await import('./command.ts');
  await writeStackGraph();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
