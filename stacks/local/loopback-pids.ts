/** The machine's process ids for the ones that the node sees in its PID namespace. */
import { readdirSync, readFileSync } from 'node:fs';

/** `root` is the process that made the namespace. Answers node's id → machine's id. */
export function machinePids(root: number): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  const inner = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const status = statusOf(pid);
    parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
    const ids = /^NSpid:\s+([\d\s]+?)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    // The second one is of the namespace below the machine's.
    if (ids[1] !== undefined) inner.set(pid, Number(ids[1]));
  }
  const isBelow = (pid: number): boolean => {
    for (let one = parents.get(pid); one !== undefined && one > 0; one = parents.get(one))
      if (one === root) return true;
    return false;
  };
  return new Map([...inner].filter(([pid]) => isBelow(pid)).map(([pid, nodePid]) => [nodePid, pid]));
}

/** Processes end while one looks. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
