/**
 * Which program of this machine stands for a container image. The table itself is `test/tools/programs.ts`, where the
 * programs are obtained; it is handed in, for nothing but the `hyperion` command's start imports from there.
 */

export interface Programs {
  /** Of the image reference as the manifests have it. Answers at once, without building anything. */
  find(image: string): Program | MissingProgram;
}

export interface Program {
  readonly found: true;
  /**
   * What the image's entrypoint would run, as the container sees it; a container's `command` replaces it.
   */
  readonly entrypoint: readonly [string, ...string[]];
  /** Programs and files at their path in the image → path of this machine, e.g. `/opt/kafka` → the tool's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** User and group of the image, for containers that name none. */
  readonly user: number;
  /** Environment that the image sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Set when something other than the image's own program at its version runs; says what. */
  readonly standIn: string | undefined;
}

export interface MissingProgram {
  readonly found: false;
  readonly because: string;
}
