/** Which processor the program under test has, and which the load. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Why programs cannot be pinned here, or the first two processors that this process may use. */
export function findCores(): Cores | string {
  if (process.platform !== 'linux' || spawnSync('taskset', ['--version']).status !== 0) {
    return 'programs are pinned to processors with taskset (Linux, util-linux), which is not here';
  }
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  const [server, load] = parseCpuList(list);
  if (server === undefined || load === undefined) {
    return `one processor for the program and one for the load are needed; there is ${list === '' ? 'none' : list}`;
  }
  return { server, load };
}

/** As Linux writes it: `0-3,8`. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    if (part === '') return [];
    const [first = NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index);
  });
}
