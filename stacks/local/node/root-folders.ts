/**
 * Lays out a container's root from this machine's folders. A folder shown read-only cannot take a mount point that it does
 * not have, so one that needs a mount inside is taken apart: an empty folder with its entries shown one by one. Pure; what
 * lies on the machine is asked through `Machine`.
 */
export interface Machine {
  /** What the path itself is; undefined when there is nothing. */
  kind(path: string): 'folder' | 'file' | 'link' | undefined;
  /** Names in a folder. */
  list(path: string): readonly string[];
  /** Where a link points to, as written. */
  target(path: string): string;
}

export type RootEntry =
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'show'; readonly path: string; readonly source: string };

/**
 * Shows `source` at `path`, following a link. `mountPaths` are the places inside the container where something is mounted
 * later.
 */
export function rootEntries(
  path: string,
  source: string,
  mountPaths: readonly string[],
  machine: Machine,
): readonly RootEntry[] {
  const kind = machine.kind(source);
  if (kind === undefined) return [];
  const inside = mountPaths.filter((mount) => mount.startsWith(`${path}/`));
  const isWhole = inside.every((mount) => machine.kind(source + mount.slice(path.length)) !== undefined);
  if (kind === 'file' || isWhole) return [{ kind: 'show', path, source }];
  return [
    { kind: 'folder', path },
    ...machine
      .list(source)
      .filter((name) => !inside.includes(`${path}/${name}`))
      .flatMap((name) => linkOrEntries(`${path}/${name}`, `${source}/${name}`, inside, machine)),
  ];
}

/** The same for a path whose links stay links: where they point to is shown as well. */
export function linkOrEntries(
  path: string,
  source: string,
  mountPaths: readonly string[],
  machine: Machine,
): readonly RootEntry[] {
  if (machine.kind(source) === 'link') return [{ kind: 'link', path, target: machine.target(source) }];
  return rootEntries(path, source, mountPaths, machine);
}
