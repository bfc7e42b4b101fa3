import type { Audience } from '@fairlead/contracts';
import { defineProblem } from '@fairlead/problem';

export const writesDisabled = defineProblem({
  code: 'catalog/writes-disabled',
  kind: 'forbidden',
  meaning: 'This environment does not take changes to products.',
});

/** Lets a request through to a route of an audience, or throws the problem that says why not. */
export type Authorize = (audience: Audience) => void;

/**
 * The one place where callers of catalog are let in or refused. No token is verified yet: routes for anyone but `anyone` are
 * open where the declaration sets `WRITES_ENABLED`, and closed everywhere else.
 */
export function createAuthorize({ writesEnabled }: { writesEnabled: boolean }): Authorize {
  return (audience) => {
    if (audience === 'anyone' || writesEnabled) return;
    throw writesDisabled('products cannot be changed here; the service runs with WRITES_ENABLED=false');
  };
}
