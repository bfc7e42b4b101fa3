import { z } from 'zod';
import type { ProviderAccount } from './provider.ts';

const account = z.object({
  url: z.url({ protocol: /^https?$/ }),
  apiKey: z.string().min(16),
  webhookKey: z.string().min(16),
});

/** Reads the text of the secret. @throws where it is not an account */
export const parseProviderAccount = (text: string): ProviderAccount => account.parse(JSON.parse(text));
