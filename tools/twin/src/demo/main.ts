// Tells the story of one customer to a running platform, and shows the trace of her purchase.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../errors.ts';
import type { TwinStatus } from '../status.ts';
import { showTrace } from '../trace/show-trace.ts';
import { findAdminPassword } from './find-admin.ts';
import { Shop } from './shop.ts';
import { tellStory } from './story.ts';
import { StoryError, Transcript } from './transcript.ts';

const USAGE = `Buys something in a running shop: npm run demo -- [options]

  --url <url>            where the shop answers      (what npm start runs)
  --admin-email <email>  who gives the money back    (admin@shop.example)
  --state <folder>       of the twin                 (.fairlead)
  --help                 this text

FAIRLEAD_ADMIN_PASSWORD is the password of the admin of a shop that npm start does not run.`;

const WORKSPACE = join(import.meta.dirname, '../../../..');

const write = (text: string) => void process.stdout.write(text);

async function main(): Promise<void> {
  const options = parseOptions();
  if (options.help) {
    write(`${USAGE}\n`);
    return;
  }
  const { url, password } = await findShop(options);
  const transcript = new Transcript(write);
  write(`A purchase at ${url}\n`);
  const traceId = await tellStory(new Shop(url), { email: options['admin-email'], password }, transcript);
  transcript.step('This is what happened during the purchase');
  transcript.text(await describeTrace(traceId, options));
}

/** The trace as a tree where the twin has it; elsewhere where to look for it. */
function describeTrace(traceId: string, { url, state }: { url?: string; state: string }): Promise<string> {
  if (url !== undefined) return Promise.resolve(`X-Ray has it as the trace ${traceId}`);
  return showTrace({ wanted: { traceId }, state: resolve(WORKSPACE, state) }, false);
}

function parseOptions() {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: 'string' },
        'admin-email': { type: 'string', default: 'admin@shop.example' },
        state: { type: 'string', default: '.fairlead' },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

async function findShop({ url, state }: { url?: string; state: string }): Promise<{ url: string; password: string }> {
  const password = process.env.FAIRLEAD_ADMIN_PASSWORD;
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new UserError(`--url must be a URL, such as https://shop.example.com, not "${url}"`);
    if (password === undefined) throw new UserError('set FAIRLEAD_ADMIN_PASSWORD to the password of the admin');
    return { url, password };
  }
  const { entrance, aws } = await readStatus(state);
  return { url: entrance, password: password ?? (await findAdminPassword(aws)) };
}

async function readStatus(state: string): Promise<TwinStatus> {
  try {
    const file = join(resolve(WORKSPACE, state), 'twin.json');
    return JSON.parse(await readFile(file, 'utf8')) as TwinStatus;
  } catch {
    throw new UserError(`nothing runs on ${state}; run npm start first, or say where the shop is with --url`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError || error instanceof StoryError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
