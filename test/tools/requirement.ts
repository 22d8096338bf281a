/** What a build needs on the machine, and how a missing piece is put into words. */
import { spawnSync } from 'node:child_process';

export interface Requirement {
  /** As a person calls it, e.g. `Go`. */
  readonly label: string;
  /** Program and arguments that print the version. */
  readonly probe: readonly [string, ...string[]];
  /** Group 1 is the version. */
  readonly versionPattern: RegExp;
  readonly atLeast: string;
  /**
   * Only versions that begin with `atLeast`.
   * @default false
   */
  readonly sameSeries?: boolean;
  /** Where the program comes from, when that is not obvious. */
  readonly hint?: string;
}

export const needs = {
  go: (atLeast: string): Requirement => ({
    label: 'Go',
    probe: ['go', 'version'],
    versionPattern: /go(\d+(?:\.\d+)*)/,
    atLeast,
  }),
  cargo: (atLeast: string): Requirement => ({
    label: 'Rust (cargo)',
    probe: ['cargo', '--version'],
    versionPattern: /cargo (\d+(?:\.\d+)*)/,
    atLeast,
  }),
  java: (atLeast: string): Requirement => ({
    label: 'Java',
    probe: ['java', '-version'],
    versionPattern: /version "(\d+(?:\.\d+)*)/,
    atLeast,
  }),
  jdk: (atLeast: string): Requirement => ({
    label: 'a JDK (javac)',
    probe: ['javac', '-version'],
    versionPattern: /javac (\d+(?:\.\d+)*)/,
    atLeast,
  }),
  gcc: (atLeast: string): Requirement => ({
    label: 'a C compiler (gcc)',
    probe: ['gcc', '-dumpfullversion'],
    versionPattern: /^(\d+(?:\.\d+)*)/,
    atLeast,
  }),
  node: (atLeast: string): Requirement => ({
    label: 'Node',
    probe: ['node', '--version'],
    versionPattern: /v(\d+(?:\.\d+)*)/,
    atLeast,
  }),
  maven: (atLeast: string): Requirement => ({
    label: 'Maven',
    probe: ['mvn', '--version'],
    versionPattern: /Apache Maven (\d+(?:\.\d+)*)/,
    atLeast,
  }),
  /** The release whose packages a recipe takes programs from, without installing them. */
  debian: (release: string): Requirement => ({
    label: 'Debian',
    probe: ['cat', '/etc/debian_version'],
    versionPattern: /^(\d+(?:\.\d+)*)/,
    atLeast: release,
    sameSeries: true,
  }),
  ip: (atLeast: string): Requirement => ({
    label: 'ip',
    probe: ['ip', '-V'],
    versionPattern: /iproute2-(\d+(?:\.\d+)*)/,
    atLeast,
    hint: 'Debian package iproute2, installed by root',
  }),
  /** One of the programs that util-linux brings. */
  utilLinux: (program: 'unshare' | 'nsenter', atLeast: string): Requirement => ({
    label: program,
    probe: [program, '--version'],
    versionPattern: /util-linux (\d+(?:\.\d+)*)/,
    atLeast,
    hint: 'Debian package util-linux, installed by root',
  }),
} as const;

const PROBE_LIMIT_MS = 20_000;

/** A machine does not change while a process runs, and starting Java to ask for its version is slow. */
const answers = new WeakMap<Requirement, { readonly reason: string | undefined }>();

/** Why the requirement is not met (`needs Go >= 1.25, found 1.22.1`), or undefined when it is. */
export function unmetReason(requirement: Requirement): string | undefined {
  const known = answers.get(requirement) ?? { reason: ask(requirement) };
  answers.set(requirement, known);
  return known.reason;
}

function ask(requirement: Requirement): string | undefined {
  const { label, probe, versionPattern, atLeast, sameSeries = false, hint } = requirement;
  const needed = `needs ${label} ${sameSeries ? '=' : '>='} ${atLeast}${hint === undefined ? '' : ` (${hint})`}`;
  const [program, ...args] = probe;
  // GOTOOLCHAIN: a question for the version must not download another Go.
  const answer = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: PROBE_LIMIT_MS,
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  if (answer.error !== undefined) {
    const code = (answer.error as NodeJS.ErrnoException).code;
    return code === 'ENOENT'
      ? `${needed}, found no ${program} on the PATH`
      : `${needed}, but \`${probe.join(' ')}\` failed: ${answer.error.message}`;
  }
  // Java writes its version to stderr.
  const found = versionPattern.exec(`${answer.stdout}${answer.stderr}`)?.[1];
  if (answer.status !== 0 || found === undefined)
    return `${needed}, found none that \`${probe.join(' ')}\` knows`;
  const isMet = sameSeries ? isOfSeries(found, atLeast) : isAtLeast(found, atLeast);
  return isMet ? undefined : `${needed}, found ${found}`;
}

/** Whether a version is the wanted one or begins with it: 15.20-0+deb12u1 is of 15, and 1.22.1 is not of 1.2. */
export function isOfSeries(found: string, series: string): boolean {
  return found.startsWith(series) && !/^\d/.test(found.slice(series.length));
}

function isAtLeast(found: string, wanted: string): boolean {
  const have = found.split('.').map(Number);
  const want = wanted.split('.').map(Number);
  for (const [index, least] of want.entries()) {
    const part = have[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
