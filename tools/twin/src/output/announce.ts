import type { ServiceDeclaration } from '@fairlead/manifest';
import type { RunningParty } from '../external/start-external-parties.ts';
import type { TwinStatus } from '../status.ts';
import type { Output } from './output.ts';

export interface Announcement {
  stack: string;
  status: TwinStatus;
  declarations: readonly ServiceDeclaration[];
  postgres: string;
  /** Who runs beside the platform. */
  external: readonly RunningParty[];
  seconds: number;
}

/** Says where everything is, once it is ready: a table for a person, one record for a program. */
export function announceReady(output: Output, announcement: Announcement): void {
  const { stack, status, declarations, postgres, external, seconds } = announcement;
  if (!output.isReadable) {
    output.event('info', 'ready', { stack, seconds, postgres, external, ...status });
    return;
  }
  const services = status.services.map(({ name, desired, tasks }): [string, string] => {
    const route = declarations.find((declaration) => declaration.name === name)?.route;
    const running = tasks.filter(({ status: state }) => state === 'RUNNING').length;
    return [name, `${running}/${desired} tasks   ${route === undefined ? 'internal' : `${status.entrance}${route}`}`];
  });
  const rows: [string, string][] = [
    ...services,
    ['aws', `${status.aws}   Secrets Manager, Cloud Map, X-Ray`],
    ['postgres', postgres],
    ...external.map(({ name, url }): [string, string] => [name, `${url}   external`]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 3;
  output.text([
    '',
    `  fairlead ${stack}, ready in ${seconds.toFixed(1)} s`,
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`),
    '',
    '  Ctrl-C stops it; the data stays.',
    '',
  ]);
  output.release();
}
