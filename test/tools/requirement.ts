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
  python: (atLeast: string): Requirement => ({
    label: 'Python',
    probe: ['python3', '--version'],
    versionPattern: /Python (\d+(?:\.\d+)*)/,
    atLeast,
  }),
  debianPackage: (name: string, atLeast: string): Requirement => ({
    label: name,
    probe: ['dpkg-query', '--show', '--showformat=${Version}', name],
    versionPattern: /^(?:\d+:)?(\d+(?:\.\d+)*)/,
    atLeast,
    hint: `Debian package ${name}, installed by root without starting its service`,
  }),
} as const;

const PROBE_LIMIT_MS = 20_000;

/** Why the requirement is not met (`needs Go >= 1.25, found 1.22.1`), or undefined when it is. */
export function unmetReason(requirement: Requirement): string | undefined {
  const { label, probe, versionPattern, atLeast, hint } = requirement;
  const needed = `needs ${label} >= ${atLeast}${hint === undefined ? '' : ` (${hint})`}`;
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
  return isAtLeast(found, atLeast) ? undefined : `${needed}, found ${found}`;
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
