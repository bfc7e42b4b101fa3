import type { RotatingSecret } from '@fairlead/secrets';
import { dependencyUnavailable } from '../payment/payment-problems.ts';
import type { ProviderAccount } from '../provider/provider.ts';
import { deriveFingerprintKey, fingerprint } from './fingerprint.ts';

/** The fingerprints of a request, under every key that it may have had when it was sent before; the first is that of now. */
export type Fingerprints = (body: object) => Promise<readonly [string, ...string[]]>;

/** Makes fingerprints with keys out of the provider's API key, which outlives a rotation by one version. */
export function createFingerprints(account: RotatingSecret<ProviderAccount>): Fingerprints {
  return async (body) => {
    const { current, previous, pending } = await readVersions(account);
    const under = (version: typeof current) => fingerprint(body, deriveFingerprintKey(version.value.reveal().apiKey));
    const others = [previous, pending].filter((version) => version !== undefined);
    return [under(current), ...others.map(under)];
  };
}

async function readVersions(account: RotatingSecret<ProviderAccount>) {
  try {
    return await account.versions();
  } catch (cause) {
    throw dependencyUnavailable('the account with the provider cannot be read', {
      cause,
      headers: { 'Retry-After': '1' },
    });
  }
}
