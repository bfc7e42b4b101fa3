import type { ServiceDeclaration } from '@fairlead/manifest';
import type * as pulumi from '@pulumi/pulumi';
import { GeneratedSecret } from './generated-secret.ts';
import type { SecretGenerator } from './secret-generator.ts';

/** The keys of one service, by the name of the service at the other end. */
export interface CallKeys {
  /** It signs its calls with these. */
  toCallees: ReadonlyMap<string, GeneratedSecret>;
  /** It knows its callers by these. */
  fromCallers: ReadonlyMap<string, GeneratedSecret>;
}

/** Makes one key for each declared call, which both its ends may read; gives each service its keys. */
export function createCallKeys(
  declarations: readonly ServiceDeclaration[],
  generator: SecretGenerator,
  opts: pulumi.ComponentResourceOptions,
): (service: string) => CallKeys {
  const keys = declarations.flatMap(({ name: caller, calls = [] }) =>
    calls.map((callee) => ({ caller, callee, key: createCallKey(caller, callee, generator, opts) })),
  );
  return (service) => ({
    toCallees: new Map(keys.filter(({ caller }) => caller === service).map(({ callee, key }) => [callee, key])),
    fromCallers: new Map(keys.filter(({ callee }) => callee === service).map(({ caller, key }) => [caller, key])),
  });
}

function createCallKey(
  caller: string,
  callee: string,
  generator: SecretGenerator,
  opts: pulumi.ComponentResourceOptions,
): GeneratedSecret {
  const description = `Signs the calls of ${caller} to ${callee}`;
  return new GeneratedSecret(`${caller}-calls-${callee}`, { generator, kind: 'password', description }, opts);
}
