import { randomBytes } from 'node:crypto';

/** What a party needs to know in order to run, and the platform in order to deal with it. */
export interface Account {
  /** Of the party. */
  url: string;
  apiKey: string;
  webhookKey: string;
}

/** Somebody outside of the platform whom a service deals with. It is no resource of the graph: on AWS it is a company. */
export interface ExternalParty {
  name: string;
  /** The secret that a service declares for its account with the party. */
  secret: string;
  /** The script that plays it, from the root of the workspace. */
  script: string;
  /** Where it reports to, on the entrance. */
  webhookPath: string;
  /** The environment that its script reads. */
  createEnvironment: (account: Account, webhookUrl: string) => Record<string, string>;
}

export const EXTERNAL_PARTIES: readonly ExternalParty[] = [
  {
    name: 'payment-provider',
    secret: 'payment-provider',
    script: 'tools/payment-provider/src/main.ts',
    webhookPath: '/payments/webhooks',
    createEnvironment: ({ apiKey, webhookKey }, webhookUrl) => ({
      PROVIDER_API_KEY: apiKey,
      PROVIDER_WEBHOOK_KEY: webhookKey,
      PROVIDER_WEBHOOK_URL: webhookUrl,
    }),
  },
];

/** A key that nobody guesses. */
export const createKey = (): string => randomBytes(32).toString('base64url');
