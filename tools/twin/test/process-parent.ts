// Starts a line of shell for each of its arguments as the twin starts processes, passes on what they write, and stays.
// The environment says what ends them after it has been killed.
import { ProcessGroups } from '../src/process/process-group.ts';

const groups = new ProcessGroups();
process.stdout.write(`reaper ${groups.reaperPid}\n`);
for (const shell of process.argv.slice(2)) {
  await groups.start({
    command: '/bin/sh',
    args: ['-c', shell],
    cwd: process.cwd(),
    env: { PATH: '/usr/bin:/bin' },
    onLine: (line) => process.stdout.write(`${line}\n`),
    orphanSignal: process.env.ORPHAN_SIGNAL as NodeJS.Signals,
  });
}
setInterval(() => undefined, 60_000);
