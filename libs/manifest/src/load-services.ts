import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ManifestError, faultsOf, type Fault } from './fault.ts';
import { serviceSchema, type ServiceDeclaration } from './service-declaration.ts';

interface Declared {
  file: string;
  folder: string;
  value: unknown;
}

/**
 * Loads the declaration of every service in a folder of apps, in order of name.
 * @throws {ManifestError} with every fault of every declaration.
 */
export async function loadServices(appsFolder: string): Promise<ServiceDeclaration[]> {
  const declared = await readDeclarations(appsFolder);
  const faults = declared.flatMap(({ file, folder, value }) => [
    ...findFaults(value, file),
    ...findNameFaults(value, file, folder),
  ]);
  if (faults.length > 0) throw new ManifestError(faults);

  const services = declared.map(({ value }) => value as ServiceDeclaration);
  const relations = findRelationFaults(services, new Map(declared.map(({ folder, file }) => [folder, file])));
  if (relations.length > 0) throw new ManifestError(relations);
  return services;
}

/** Checks one declaration by itself; `file` is named in the faults. */
export function findFaults(value: unknown, file: string): Fault[] {
  const result = serviceSchema.safeParse(value);
  return result.success ? [] : faultsOf(result.error, file, value);
}

async function readDeclarations(appsFolder: string): Promise<Declared[]> {
  const entries = await readdir(appsFolder, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(appsFolder, entry.name, 'service.ts'))
    .filter((file) => existsSync(file))
    .sort();
  return Promise.all(files.map((file) => readDeclaration(file, relative(join(appsFolder, '..'), file))));
}

async function readDeclaration(path: string, file: string): Promise<Declared> {
  const folder = basename(join(path, '..'));
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return { file, folder, value: module.default };
  } catch (error) {
    const message = `could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
    throw new ManifestError([{ file, field: 'default export', value: undefined, message }]);
  }
}

function findNameFaults(value: unknown, file: string, folder: string): Fault[] {
  const name: unknown = (value as Partial<ServiceDeclaration> | undefined)?.name;
  if (typeof name !== 'string' || name === folder) return [];
  return [{ file, field: 'name', value: name, message: `must be the name of its folder, "${folder}"` }];
}

/** What can only be seen with all the declarations side by side. */
function findRelationFaults(services: ServiceDeclaration[], files: Map<string, string>): Fault[] {
  const names = services.map(({ name }) => name);
  return services.flatMap((service) => {
    const fault = (field: string, value: unknown, message: string): Fault => {
      return { file: files.get(service.name) ?? service.name, field, value, message };
    };
    const others = services.filter((other) => other !== service);
    const shadowing = others.find((other) => isBelow(service.route, other.route));
    const sharing = others.find((other) => service.database !== undefined && other.database === service.database);
    const callable = names.filter((name) => name !== service.name);
    const unknown = (service.calls ?? []).filter((call) => !callable.includes(call));
    return [
      ...(shadowing
        ? [fault('route', service.route, `is already served by ${shadowing.name} as "${shadowing.route}"`)]
        : []),
      ...(sharing ? [fault('database', service.database, `belongs to ${sharing.name}; a database has one owner`)] : []),
      ...unknown.map((call) =>
        fault('calls', call, `is not another service; allowed: ${callable.join(', ') || 'none'}`),
      ),
    ];
  });
}

function isBelow(route: string | undefined, other: string | undefined): boolean {
  return route !== undefined && other !== undefined && `${route}/`.startsWith(`${other}/`);
}
