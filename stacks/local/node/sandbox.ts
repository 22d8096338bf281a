/**
 * A container as bubblewrap's arguments: an own root of read-only pieces of this machine, the image's files and the pod's
 * volumes at their real paths, the manifest's user, own PID, IPC and host-name namespaces. Pure.
 *
 * Stricter than a container: the root is always read-only, no capability is left, no new privilege can be had.
 * Weaker: the user is mapped to the one who runs the cluster, so file ownership between users is not tested.
 */
import type { ContainerPlan, MountPlan, PodPlan } from '../cluster-plan';
import { linkOrEntries, rootEntries, type Machine, type RootEntry } from './root-folders';

export interface SandboxSource {
  /** The volume's folder on this machine, by its name. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Written for this pod: path in the container → file here. */
  readonly ownFiles: Readonly<Record<string, string>>;
  /** The container's own control group, so that programs read their limits: path in the container → folder here. */
  readonly controlGroups: Readonly<Record<string, string>>;
}

/** Programs and libraries of this machine; links among them stay links. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What programs and libraries look for in /etc, and tells nothing about the machine. */
const SYSTEM_FILES =
  /^(ssl|pki|ca-certificates|crypto-policies|alternatives|java.*|fonts|ld\.so\..*|localtime|mime\.types|protocols|services|ImageMagick.*|timezone)$/;
/** Folders that every image has. */
const EMPTY_FOLDERS = ['/tmp', '/run', '/var', '/root'];
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function sandboxArguments(
  pod: PodPlan,
  container: ContainerPlan,
  source: SandboxSource,
  machine: Machine,
): readonly string[] {
  return [
    '--unshare-user',
    ...['--uid', String(container.user), '--gid', String(container.group)],
    // The program is PID 1, as in a container: signals reach it and not a helper that keeps them.
    ...['--unshare-pid', '--as-pid-1'],
    ...['--unshare-ipc', '--unshare-cgroup-try', '--unshare-uts', '--hostname', pod.name],
    '--die-with-parent',
    ...environment(pod, container),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...EMPTY_FOLDERS.flatMap((folder) => ['--dir', folder]),
    ...rootArguments(container, source, machine),
    ...(container.workingDir === undefined ? [] : ['--dir', container.workingDir]),
    ...['--remount-ro', '/', '--chdir', container.workingDir ?? '/'],
  ];
}

/** Image and manifest first, then what a container runtime adds. */
export function containerEnvironment(
  pod: PodPlan,
  container: ContainerPlan,
): Readonly<Record<string, string>> {
  return {
    PATH: DEFAULT_PATH,
    HOME: container.user === 0 ? '/root' : '/',
    HOSTNAME: pod.name,
    ...container.env,
  };
}

function environment(pod: PodPlan, container: ContainerPlan): readonly string[] {
  const set = Object.entries(containerEnvironment(pod, container));
  return ['--clearenv', ...set.flatMap(([name, value]) => ['--setenv', name, value])];
}

interface Place {
  readonly path: string;
  readonly args: readonly string[];
}

function rootArguments(container: ContainerPlan, source: SandboxSource, machine: Machine): readonly string[] {
  const mounts = container.mounts.map((mount) => mountPlace(mount, source.volumes));
  const files = container.imageFiles;
  const laterPaths = [...mounts.map(({ path }) => path), ...Object.keys(files)];
  const system = SYSTEM_FOLDERS.flatMap((path) => linkOrEntries(path, path, laterPaths, machine));
  const etc = machine
    .list('/etc')
    .filter((name) => SYSTEM_FILES.test(name))
    .flatMap((name) => linkOrEntries(`/etc/${name}`, `/etc/${name}`, laterPaths, machine));
  const image = Object.entries(files).flatMap(([path, here]) => rootEntries(path, here, laterPaths, machine));
  const places: readonly Place[] = [
    ...[...system, ...etc, ...image].map(entryPlace),
    ...Object.entries({ ...source.ownFiles, ...source.controlGroups }).map(([path, here]) => ({
      path,
      args: ['--ro-bind', here, path],
    })),
    ...mounts,
  ];
  // Outer places first; of two at one path the later one wins, so the sort must be stable, and it is.
  return places.toSorted((a, b) => depth(a.path) - depth(b.path)).flatMap(({ args }) => args);
}

function entryPlace(entry: RootEntry): Place {
  const { path } = entry;
  if (entry.kind === 'link') return { path, args: ['--symlink', entry.target, path] };
  if (entry.kind === 'folder') return { path, args: ['--dir', path] };
  return { path, args: ['--ro-bind', entry.source, path] };
}

function mountPlace(mount: MountPlan, volumes: Readonly<Record<string, string>>): Place {
  const path = mount.path.replace(/(?<=.)\/+$/, '');
  const folder = volumes[mount.volume];
  if (folder === undefined) throw new Error(`mount ${path}: the pod has no volume ${mount.volume}`);
  const here = mount.subPath === undefined ? folder : `${folder}/${mount.subPath}`;
  return { path, args: [mount.readOnly ? '--ro-bind' : '--bind', here, path] };
}

function depth(path: string): number {
  return path.split('/').length;
}
