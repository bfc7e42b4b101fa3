import type { PlayedResources } from '../graph/resources.ts';
import type { ExternalParty } from './external-party.ts';

/** A party, and the secrets of the services that have an account with it. */
export interface NeededParty {
  party: ExternalParty;
  secretArns: string[];
}

/** The parties that the services of a graph deal with: the secret of a service is called `<service>-<secret>`. */
export function findNeededParties(
  { services, secrets }: Pick<PlayedResources, 'services' | 'secrets'>,
  parties: readonly ExternalParty[],
): NeededParty[] {
  const found = parties.map((party) => {
    const names = new Set(services.map(({ logicalName }) => `${logicalName}-${party.secret}`));
    return { party, secretArns: secrets.filter(({ logicalName }) => names.has(logicalName)).map(({ arn }) => arn) };
  });
  return found.filter(({ secretArns }) => secretArns.length > 0);
}
