// Runs invocations of a Lambda function, one after the other, in one process, as Lambda keeps an execution environment for the
// next: runtime.ts <file> <export> <timeout in seconds> <events as a JSON array>.
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [file = '', name = 'handler', timeout = '3', events = '[]'] = process.argv.slice(2);
const module = (await import(pathToFileURL(file).href)) as Record<string, (event: unknown) => Promise<unknown>>;
const handler = module[name];
if (!handler) throw new Error(`${file} exports no ${name}`);
for (const event of JSON.parse(events) as unknown[]) {
  const late = delay(Number(timeout) * 1000, undefined, { ref: false }).then(() => {
    throw new Error(`Task timed out after ${timeout} seconds`);
  });
  await Promise.race([handler(event), late]);
}
