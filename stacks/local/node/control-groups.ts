/**
 * Memory and CPU limits through the kernel's control groups, where this process may make some: version 1 as root, version 2
 * where the own group is empty enough to be divided or already is. Elsewhere the limits are not enforced, and that is said.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ContainerPlan } from '../cluster-plan';

/** The kernel's own default; quotas are told per period. */
const CPU_PERIOD_US = 100_000;
/** The kernel takes no smaller quota. */
const SHORTEST_QUOTA_US = 1_000;
const PREFIX = 'hyperion-local-';

type Limits = ContainerPlan['limits'];

export interface ControlGroup {
  /** To be joined by writing a process id into each. */
  readonly joinFiles: readonly string[];
  /** Where the container sees its limits: path in the container → folder here. */
  readonly visible: Readonly<Record<string, string>>;
}

interface Controller {
  /** A folder of the cluster's own. */
  readonly folder: string;
  readonly seenAt: string;
  /** File and value of each limit that there is. */
  settings(limits: Limits): readonly (readonly [string, string])[];
}

export const NO_GROUP: ControlGroup = { joinFiles: [], visible: {} };

export class ControlGroups {
  public static prepare(owner: string): ControlGroups {
    const self = readFileSync('/proc/self/cgroup', 'utf8');
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    try {
      return new ControlGroups(controllers(self, mounts, owner), undefined);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      return new ControlGroups([], because);
    }
  }

  private readonly made: string[] = [];

  private constructor(
    private readonly controllers: readonly Controller[],
    /** Why limits are not enforced; undefined when they are. */
    public readonly missing: string | undefined,
  ) {}

  public create(name: string, limits: Limits): ControlGroup {
    const groups = this.controllers.flatMap((controller) => {
      const settings = controller.settings(limits);
      if (settings.length === 0) return [];
      const folder = join(controller.folder, name);
      mkdirSync(folder, { recursive: true });
      this.made.push(folder);
      for (const [file, value] of settings) writeFileSync(join(folder, file), value);
      return [{ folder, seenAt: controller.seenAt }];
    });
    if (groups.length === 0) return NO_GROUP;
    return {
      joinFiles: groups.map(({ folder }) => join(folder, 'cgroup.procs')),
      visible: Object.fromEntries(groups.map(({ folder, seenAt }) => [seenAt, folder])),
    };
  }

  /** When nothing runs in them any more; what is busy stays for the next cluster to remove. */
  public remove(): void {
    for (const folder of [...this.made, ...this.controllers.map((controller) => controller.folder)])
      removeGroup(folder);
  }
}

function controllers(self: string, mounts: string, owner: string): readonly Controller[] {
  const memory = groupFolder('memory', self, mounts);
  const cpu = groupFolder('cpu', self, mounts);
  if (memory === undefined || cpu === undefined) return [versionTwo(self, mounts, owner)];
  for (const folder of [memory, cpu]) accessSync(folder, constants.W_OK);
  return [
    {
      folder: ownFolder(memory, owner),
      seenAt: '/sys/fs/cgroup/memory',
      settings: ({ memoryBytes }) =>
        memoryBytes === undefined ? [] : [['memory.limit_in_bytes', String(memoryBytes)]],
    },
    {
      folder: ownFolder(cpu, owner),
      seenAt: '/sys/fs/cgroup/cpu',
      settings: ({ cpus }) =>
        cpus === undefined
          ? []
          : [
              ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
              ['cpu.cfs_quota_us', String(quotaUs(cpus))],
            ],
    },
  ];
}

function versionTwo(self: string, mounts: string, owner: string): Controller {
  const parent = unifiedFolder(self, mounts);
  if (parent === undefined) throw new Error('this machine has no control groups mounted');
  // Refused while processes are in the group itself, and then somebody else has to divide it.
  writeFileSync(join(parent, 'cgroup.subtree_control'), '+memory +cpu');
  const folder = ownFolder(parent, owner);
  writeFileSync(join(folder, 'cgroup.subtree_control'), '+memory +cpu');
  return {
    folder,
    seenAt: '/sys/fs/cgroup',
    settings: ({ cpus, memoryBytes }) => [
      ...(memoryBytes === undefined ? [] : [['memory.max', String(memoryBytes)] as const]),
      ...(cpus === undefined ? [] : [['cpu.max', `${quotaUs(cpus)} ${CPU_PERIOD_US}`] as const]),
    ],
  };
}

function quotaUs(cpus: number): number {
  return Math.max(SHORTEST_QUOTA_US, Math.round(cpus * CPU_PERIOD_US));
}

/** The group of this process under a controller of version 1. */
function groupFolder(controller: string, self: string, mounts: string): string | undefined {
  const path = self
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, names]) => names?.split(',').includes(controller))?.[2];
  const mount = mounts
    .split('\n')
    .find((line) => line.includes(' - cgroup ') && line.split(' ').at(-1)?.split(',').includes(controller));
  const root = mount?.split(' ')[4];
  return path === undefined || root === undefined ? undefined : join(root, path);
}

/** The same under version 2. */
function unifiedFolder(self: string, mounts: string): string | undefined {
  const mount = mounts.split('\n').find((line) => line.includes(' - cgroup2 '));
  const root = mount?.split(' ')[4];
  const path = /^0::(\S*)$/m.exec(self)?.[1];
  return root === undefined || path === undefined ? undefined : join(root, path);
}

function ownFolder(parent: string, owner: string): string {
  const folder = join(parent, PREFIX + owner);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Busy or gone is both fine here. */
function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // A control group with processes cannot be removed; they end, and the next cluster removes it.
  }
}

/**
 * Removes what a cluster that was killed could not: the groups of `owner`, or of all owners whose process is gone. For the
 * host, which sees the machine's processes; only empty groups can be removed, so nothing that runs is touched.
 */
export function removeGroups(owner?: string): void {
  const self = readFileSync('/proc/self/cgroup', 'utf8');
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const parents = [
    groupFolder('memory', self, mounts),
    groupFolder('cpu', self, mounts),
    unifiedFolder(self, mounts),
  ];
  for (const parent of parents) {
    if (parent === undefined || !existsSync(parent)) continue;
    for (const name of readdirSync(parent)) {
      const [found, process] = new RegExp(`^${PREFIX}((\\d+)-\\d+)$`).exec(name)?.slice(1) ?? [];
      const isMeant = owner === undefined ? !existsSync(`/proc/${process ?? ''}`) : found === owner;
      if (found !== undefined && isMeant) removeTree(join(parent, name));
    }
  }
}

function removeTree(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.()) return;
  for (const inner of readdirSync(folder, { withFileTypes: true }))
    if (inner.isDirectory()) removeGroup(join(folder, inner.name));
  removeGroup(folder);
}
