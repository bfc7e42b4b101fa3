import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const LIBS = join(import.meta.dirname, '../../libs');

/** What the reference tells of an environment variable. */
export interface Setting {
  variable: string;
  description: string;
  allowed: string;
  default?: string;
  isSecret: boolean;
}

/** What it tells of an expected error. */
export interface ProblemDefinition {
  code: string;
  kind: string;
  meaning: string;
}

export interface Operation {
  operationId: string;
  summary: string;
  responses: Record<string, unknown>;
  'x-audience': string;
}

export interface OpenApiDocument {
  info: { title: string; description: string };
  paths: Record<string, Record<string, Operation>>;
}

export interface DocumentedService {
  name: string;
  settings: Setting[];
  /** Absent for a service without a contract. */
  api: OpenApiDocument | undefined;
}

/** Everything that the pages are made of, as the code has it. */
export interface Documented {
  services: DocumentedService[];
  problems: ProblemDefinition[];
  statuses: Record<string, { status: number; title: string }>;
  times: Record<string, Record<string, number>>;
  limits: Record<string, number>;
  /** What must hold between the times, in the words of their tests. */
  timeRules: string[];
}

interface Contract {
  routes: Record<string, unknown>;
}

/** The parts of the libs that are read here, by where they are: the documentation belongs to no project that could import them. */
interface Libs {
  client: { callProblems: Record<string, ProblemDefinition> };
  contracts: {
    toOpenApi: (contract: Contract) => OpenApiDocument;
    problemsOf: (route: unknown) => ProblemDefinition[];
  };
  discovery: { noInstances: ProblemDefinition };
  manifest: Pick<Documented, 'times' | 'limits'>;
  problem: {
    requestProblems: Record<string, ProblemDefinition>;
    databaseUnavailable: ProblemDefinition;
    PROBLEM_KINDS: Documented['statuses'];
  };
}

/** Loads what is documented: from the libs, and from every service in a folder of apps. */
export async function loadDocumented(apps: string): Promise<Documented> {
  const [client, contracts, discovery, manifest, problem] = await Promise.all([
    loadLib<Libs['client']>('client'),
    loadLib<Libs['contracts']>('contracts'),
    loadLib<Libs['discovery']>('discovery'),
    loadLib<Libs['manifest']>('manifest'),
    loadLib<Libs['problem']>('problem'),
  ]);
  const loaded = await loadServices(apps);
  const routes = loaded.flatMap(({ contract }) => Object.values(contract?.routes ?? {}));
  const shared = [
    ...Object.values(problem.requestProblems),
    problem.databaseUnavailable,
    ...Object.values(client.callProblems),
    discovery.noInstances,
  ];
  return {
    services: loaded.map(({ name, settings, contract }) => {
      return { name, settings, api: contract && contracts.toOpenApi(contract) };
    }),
    problems: withoutRepeats([...shared, ...routes.flatMap((route) => contracts.problemsOf(route))]),
    statuses: problem.PROBLEM_KINDS,
    times: manifest.times,
    limits: manifest.limits,
    timeRules: await readTestTitles(join(LIBS, 'manifest/src/times.test.ts')),
  };
}

async function loadServices(apps: string) {
  const declarations = await Array.fromAsync(glob('*/service.ts', { cwd: apps }));
  return Promise.all(
    declarations.sort().map(async (declaration) => {
      const name = dirname(declaration);
      const source = join(apps, name, 'src');
      const { settings } = await load<{ settings: Record<string, Setting> }>(join(source, 'config.ts'));
      return { name, settings: Object.values(settings), contract: await findContract(join(source, 'contract.ts')) };
    }),
  );
}

async function findContract(file: string): Promise<Contract | undefined> {
  if (!existsSync(file)) return undefined;
  const contract = Object.values(await load<Record<string, unknown>>(file)).find(isContract);
  if (!contract) throw new Error(`${file} exports no contract`);
  return contract;
}

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'service' in value && 'routes' in value;

function withoutRepeats(problems: ProblemDefinition[]): ProblemDefinition[] {
  return [...new Map(problems.map((problem) => [problem.code, problem])).values()];
}

async function readTestTitles(file: string): Promise<string[]> {
  const source = await readFile(file, 'utf8');
  return Array.from(source.matchAll(/^test\('([^']+)'/gm), ([, title = '']) => title);
}

const loadLib = <Exports>(name: string): Promise<Exports> => load(join(LIBS, name, 'src/index.ts'));

const load = async <Exports>(file: string): Promise<Exports> => (await import(pathToFileURL(file).href)) as Exports;
