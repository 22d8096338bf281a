/** What lies on this machine, for the lay-out of a container's root. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { Machine } from './root-folders';

export const THIS_MACHINE: Machine = {
  kind: (path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) return 'link';
    return stats.isDirectory() ? 'folder' : 'file';
  },
  list: (path) => readdirSync(path).sort(),
  target: (path) => readlinkSync(path),
};
