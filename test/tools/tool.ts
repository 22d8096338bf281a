/**
 * What the project must know of a real program (or of a published schema) that its proofs use.
 *
 * A definition is data, and the part that decides the outcome is hashed into the cache key: whoever changes a recipe
 * gets a new build, whoever changes a comment does not.
 */
import type { Requirement } from './requirement';

export interface Tool {
  /** Lower-case name, as `tool('…')` and `npm run tools -- build …` take it. */
  readonly name: string;
  /** The pinned version, as it shows in the cache folder's name. */
  readonly version: string;
  /** What the proofs use it for, in a few words. */
  readonly purpose: string;
  /** What the machine must have for a build; not needed once the tool is in the cache. */
  readonly requires: readonly Requirement[];
  /**
   * What the machine must have whenever the tool is used, and for a build too.
   * @default nothing
   */
  readonly runsWith?: readonly Requirement[];
  readonly recipe: Recipe;
  /** Files that the recipe must leave, relative to the tool's folder. */
  readonly outputs: readonly string[];
  /** What `tool(name)` answers: one of the outputs, or `.` for the tool's folder. */
  readonly main: string;
  /** How a build is judged before it counts, and by `npm run tools -- verify` later. */
  readonly checks: readonly Check[];
  /**
   * Built only when named, for tools that no test of the default run needs.
   * @default false
   */
  readonly onRequest?: boolean;
  /**
   * About what its build takes: two builds run at once only where both fit, from 4 GiB on none beside it.
   * @default 1
   */
  readonly memoryGiB?: number;
}

export interface Recipe {
  /** Which way of obtaining, e.g. `go install`. */
  readonly kind: string;
  /** Raise it when the steps of this kind change in a way that changes what comes out. */
  readonly revision: number;
  /** Everything else that decides the outcome; must survive JSON. */
  readonly inputs: unknown;
  /** Leaves the outputs in `build.outDir`. */
  run(build: Build): Promise<void>;
}

/** What a running recipe is given. */
export interface Build {
  /** Becomes the tool's folder when everything went well. */
  readonly outDir: string;
  /** Scratch space, removed afterwards. */
  readonly workDir: string;
  /** Runs a program at low priority, its output in the build's log; answers what it wrote to stdout. */
  run(command: Command): Promise<string>;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * How often it is tried, for what depends on the network.
   * @default 1
   */
  readonly attempts?: number;
}

/** `run[0]` is an output of the tool; `prints` and `holds` are looked for literally. */
export type Check =
  | { readonly run: readonly [string, ...string[]]; readonly prints: string }
  | { readonly file: string; readonly holds: string };
