import { watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps; what comes within this time is one edit. */
const SETTLE_MS = 30;

const SOURCE = /\.(ts|js|json|sql)$/;
const NOT_SERVED = /(^|\/)(node_modules|dist|test)\/|\.test\.ts$/;

/** Watches the sources of apps and libs, and tells of the files that one edit changed, relative to the workspace. */
export function watchSources(workspace: string, onEdit: (files: string[]) => void): Disposable {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const report = () => {
    const files = [...changed];
    changed.clear();
    onEdit(files);
  };
  const watchers = ['apps', 'libs'].map((folder) =>
    watch(join(workspace, folder), { recursive: true }, (_event, name) => {
      if (name === null || !SOURCE.test(name) || NOT_SERVED.test(name)) return;
      changed.add(`${folder}/${name.replaceAll('\\', '/')}`);
      clearTimeout(timer);
      timer = setTimeout(report, SETTLE_MS);
    }),
  );
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
