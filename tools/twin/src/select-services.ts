import type { ServiceDeclaration } from '@fairlead/manifest';
import { UserError } from './errors.ts';

/** The names of the services to run: all of them, or one and those that it calls, at any depth. @throws {UserError} */
export function selectServices(declarations: readonly ServiceDeclaration[], name: string | undefined): Set<string> {
  const names = declarations.map((declaration) => declaration.name);
  if (name === undefined) return new Set(names);
  if (!names.includes(name)) throw new UserError(`no service is called "${name}"; there are: ${names.join(', ')}`);
  const selected = new Set<string>();
  const select = (service: string): void => {
    if (selected.has(service)) return;
    selected.add(service);
    declarations.find((declaration) => declaration.name === service)?.calls?.forEach(select);
  };
  select(name);
  return selected;
}
