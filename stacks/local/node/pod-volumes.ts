/**
 * The folders behind a pod's volumes. Configuration and secrets lie on a tmpfs of the node's mount namespace: they reach
 * no disk, nobody else's eyes, and end with the node.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerPlan, PodPlan, VolumePlan } from '../cluster-plan';
import { podFiles } from './pod-files';
import { writtenFolder } from './volume-folders';

export interface VolumePlaces {
  /** The cluster's private folder. */
  readonly dir: string;
  /** A tmpfs. */
  readonly memory: string;
  readonly dnsAddress: string;
}

export class PodVolumes {
  public constructor(
    private readonly pod: PodPlan,
    private readonly places: VolumePlaces,
  ) {}

  /** Volume name → folder of this machine. */
  public get folders(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.pod.volumes.map((volume) => [volume.name, this.folder(volume)]));
  }

  /** Once, before the pod starts. */
  public writeFiles(): void {
    for (const volume of this.pod.volumes) {
      const folder = this.folder(volume);
      mkdirSync(folder, { recursive: true });
      if (volume.kind !== 'files') continue;
      for (const [path, { content, mode }] of Object.entries(volume.files)) {
        const file = join(folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
        chmodSync(file, ownersMode(mode));
      }
    }
    for (const container of [...this.pod.initContainers, ...this.pod.containers]) {
      for (const [path, content] of Object.entries(this.etcContents(container))) {
        mkdirSync(dirname(this.etcFile(container, path)), { recursive: true });
        writeFileSync(this.etcFile(container, path), content);
      }
    }
  }

  /** For every new pod of this name: empty scratch folders, and claims as they were left. */
  public renew(): void {
    for (const volume of this.pod.volumes) {
      const folder = this.folder(volume);
      if (volume.kind === 'scratch') rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
    for (const container of [...this.pod.initContainers, ...this.pod.containers])
      this.makeMountPoints(container);
  }

  /** Path in the container → file of this machine. */
  public etcFiles(container: ContainerPlan): Readonly<Record<string, string>> {
    const paths = Object.keys(this.etcContents(container));
    return Object.fromEntries(paths.map((path) => [path, this.etcFile(container, path)]));
  }

  /** What the kubelet makes before it mounts: sub-paths, and places for mounts within other mounts. */
  private makeMountPoints(container: ContainerPlan): void {
    const folders = this.folders;
    for (const mount of container.mounts) {
      const volume = this.pod.volumes.find(({ name }) => name === mount.volume);
      const folder = folders[mount.volume];
      if (volume === undefined || folder === undefined) continue;
      // A sub-path of files is one of them.
      if (mount.subPath !== undefined && volume.kind !== 'files')
        mkdirSync(join(folder, mount.subPath), { recursive: true });
      const inner = container.mounts.filter((other) => other.path.startsWith(`${mount.path}/`));
      for (const other of inner) {
        const isFile = other.subPath !== undefined && this.isFile(other.volume, other.subPath);
        const place = join(folder, mount.subPath ?? '', other.path.slice(mount.path.length));
        mkdirSync(isFile ? dirname(place) : place, { recursive: true });
        if (isFile) writeFileSync(place, '', { flag: 'a' });
      }
    }
  }

  private isFile(volumeName: string, subPath: string): boolean {
    const volume = this.pod.volumes.find(({ name }) => name === volumeName);
    return volume?.kind === 'files' && subPath in volume.files;
  }

  private folder(volume: VolumePlan): string {
    if (volume.kind !== 'files') return writtenFolder(this.places.dir, this.pod, volume);
    return join(this.places.memory, this.pod.namespace, this.pod.name, 'volumes', volume.name);
  }

  private etcContents(container: ContainerPlan): Readonly<Record<string, string>> {
    return podFiles(this.pod, container, this.places.dnsAddress);
  }

  private etcFile(container: ContainerPlan, path: string): string {
    return join(this.places.memory, this.pod.namespace, this.pod.name, 'own', container.name, path);
  }
}

/**
 * In a cluster such a file is root's, and its readers are the pod's group. Here it is the user's own, who has what the
 * group would have; others have nothing. PostgreSQL refuses a key of its own that a group can read.
 */
function ownersMode(mode: number): number {
  return (mode | (mode << 3)) & 0o700;
}
