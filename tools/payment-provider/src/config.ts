import { parseArgs } from 'node:util';
import { z } from 'zod';

const configSchema = z.object({
  port: z.string().regex(/^\d+$/, '--port must be a number').transform(Number).pipe(z.int().max(65535)),
  state: z.string({ error: '--state must name a file' }).min(1),
  apiKey: z.string({ error: 'PROVIDER_API_KEY is required' }).min(16, 'PROVIDER_API_KEY must be 16 characters or more'),
  webhookKey: z
    .string({ error: 'PROVIDER_WEBHOOK_KEY is required' })
    .min(16, 'PROVIDER_WEBHOOK_KEY must be 16 characters or more'),
  webhookUrl: z.url({ protocol: /^https?$/, error: 'PROVIDER_WEBHOOK_URL must be an http or https URL' }),
});

export interface ProviderConfig {
  /** 0: any free one. */
  port: number;
  /** The file of the journal. */
  state: string;
  apiKey: string;
  webhookKey: string;
  webhookUrl: string;
}

/** Reads flags and variables. @throws {Error} naming every fault, without a value */
export function loadProviderConfig(args: readonly string[], env: NodeJS.ProcessEnv): ProviderConfig {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string', default: '0' }, state: { type: 'string' } },
  });
  const result = configSchema.safeParse({
    ...values,
    apiKey: env.PROVIDER_API_KEY,
    webhookKey: env.PROVIDER_WEBHOOK_KEY,
    webhookUrl: env.PROVIDER_WEBHOOK_URL,
  });
  if (result.success) return result.data;
  throw new Error(result.error.issues.map(({ message }) => message).join('; '));
}
