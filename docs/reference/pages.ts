import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Documented, DocumentedService, OpenApiDocument, Setting } from './documented.ts';

const GENERATED = '<!-- Written by docs/reference/generate.ts. -->';

/** Writes the pages of the reference: their text by their path below `folder`, formatted as the rest of the workspace. */
export async function writePages(documented: Documented, folder: string): Promise<Map<string, string>> {
  const pages = new Map([
    ['problems.md', writeProblems(documented)],
    ['settings.md', writeSettings(documented.services)],
    ['times.md', writeTimes(documented)],
    ...documented.services.flatMap(writeApi),
  ]);
  const entries = [...pages].map(async ([path, text]) => {
    const filepath = join(folder, path);
    return [path, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
  });
  return new Map(await Promise.all(entries));
}

function writeSettings(services: readonly DocumentedService[]): string {
  const sections = services.map(
    ({ name, settings }) => `## ${name}

${table(['Variable', 'Meaning', 'Allowed', 'Default'], settings.map(toSettingRow))}`,
  );
  return `# Settings

${GENERATED}

Every environment variable that a service reads. Infra sets \`ENVIRONMENT\` and those of the database; the others can be set
with \`environment\` in the declaration of the service, or for one stack in \`infra/Pulumi.<stack>.yaml\`. An empty variable
counts as absent. A process with variables missing or wrong ends at once and names them all.

${sections.join('\n\n')}
`;
}

function toSettingRow({ variable, description, allowed, default: fallback, isSecret }: Setting): string[] {
  const none = isSecret ? 'required, secret' : 'required';
  return [code(variable), description, allowed, fallback === undefined ? none : code(fallback)];
}

function writeProblems({ problems, statuses }: Documented): string {
  const rows = problems
    .toSorted((a, b) => a.code.localeCompare(b.code))
    .map(({ code: name, kind, meaning }) => {
      const { status, title } = statuses[kind] ?? { status: 0, title: '' };
      return [code(name), `${status} ${title}`, meaning];
    });
  return `# Problems

${GENERATED}

Every error that a caller is meant to see is an \`application/problem+json\` document (RFC 9457). Its \`code\` is permanent and
tells errors of one status apart; \`detail\` is for people and may change; \`requestId\` finds the lines in the log.

${table(['Code', 'Status', 'Meaning'], rows)}

The load balancer itself answers \`entrance/no-such-route\`, 404, where no service is served under a path. What else it
answers, such as 502 and 503, is its own page of HTML.
`;
}

function writeApi({ name, api }: DocumentedService): [path: string, text: string][] {
  if (!api) return [];
  return [
    [`api-${name}.md`, writeRoutes(name, api)],
    [`openapi/${name}.json`, JSON.stringify(api)],
  ];
}

function writeRoutes(name: string, { info, paths }: OpenApiDocument): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, responses, 'x-audience': audience }]) => {
      return [code(`${method.toUpperCase()} ${path}`), summary, audience, Object.keys(responses).join(', ')];
    }),
  );
  return `# ${info.title} API

${GENERATED}

${info.description} Parameters, bodies and headers are in
[openapi/${name}.json](openapi/${name}.json), which the service also answers at \`/openapi.json\`, and as a page at
\`/docs\`. The codes of its errors are in [problems.md](problems.md).

${table(['Route', 'What it does', 'For', 'Answers'], rows)}
`;
}

function writeTimes({ times, limits, timeRules }: Documented): string {
  const groups = { ...prefixKeys('times', times), limits };
  const rows = Object.entries(groups).flatMap(([group, values]) =>
    Object.entries(values).map(([name, value]) => [code(`${group}.${name}`), withUnit(name, value)]),
  );
  return `# Times and limits

${GENERATED}

What the parts of the platform must agree on: infra, the chassis and the libs read them from
[libs/manifest/src/times.ts](../../libs/manifest/src/times.ts).

${table(['Name', 'Value'], rows)}

## What must hold

The [tests of the table](../../libs/manifest/src/times.test.ts) say how its times depend on each other:

${timeRules.map((rule) => `- ${rule}`).join('\n')}
`;
}

const prefixKeys = <Value>(prefix: string, record: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [`${prefix}.${key}`, value]));

function withUnit(name: string, value: number): string {
  const [, unit = ''] = /(Seconds|Ms|Bytes)$/.exec(name) ?? [];
  return [value.toLocaleString('en'), { Seconds: 's', Ms: 'ms', Bytes: 'bytes' }[unit]].filter(Boolean).join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`);
  return lines.join('\n');
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const code = (text: string): string => `\`${text}\``;
