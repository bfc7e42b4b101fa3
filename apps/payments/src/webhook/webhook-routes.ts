import { createRouter, type Authorize, type Handlers } from '@fairlead/contracts';
import type { RotatingSecret } from '@fairlead/secrets';
import type { Router } from 'express';
import { dependencyUnavailable } from '../payment/payment-problems.ts';
import type { ProviderAccount } from '../provider/provider.ts';
import { isSigned } from './signature.ts';
import { webhookRoutes, webhookSignature } from './webhook-contract.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface WebhookRoutesOptions {
  webhooks: WebhookStore;
  account: RotatingSecret<ProviderAccount>;
  authorize: Authorize;
}

const api = { routes: webhookRoutes };

export const createWebhookRoutes = (options: WebhookRoutesOptions): Router =>
  createRouter(api, createHandlers(options), options);

function createHandlers({ webhooks, account }: WebhookRoutesOptions): Handlers<typeof api> {
  return {
    async takeWebhook({ headers: { 'provider-signature': header }, rawBody, body }) {
      if (!isSigned({ header, body: rawBody }, await readKeys(account), Date.now())) {
        throw webhookSignature('the signature is missing, wrong or too old');
      }
      await webhooks.take(body);
      return { status: 204 };
    },
  };
}

/** After a rotation, what the provider signed before is still on its way. */
async function readKeys(account: RotatingSecret<ProviderAccount>): Promise<string[]> {
  try {
    const { current, previous } = await account.versions();
    return [current, previous].filter((version) => version !== undefined).map(({ value }) => value.reveal().webhookKey);
  } catch (cause) {
    throw dependencyUnavailable('the key of webhooks cannot be read', { cause, headers: { 'Retry-After': '1' } });
  }
}
