// Runs one invocation of a Lambda function in a process of its own: runtime.ts <file> <export> <event as JSON>.
import { pathToFileURL } from 'node:url';

const [file = '', name = 'handler', event = 'null'] = process.argv.slice(2);
const module = (await import(pathToFileURL(file).href)) as Record<string, (event: unknown) => Promise<unknown>>;
const handler = module[name];
if (!handler) throw new Error(`${file} exports no ${name}`);
await handler(JSON.parse(event));
