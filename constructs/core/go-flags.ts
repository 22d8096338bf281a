/**
 * Command-line flags as Go's own `flag` package reads them, from data.
 */
export type FlagValue = string | number | boolean | undefined;

/** `{ replicationFactor: 2, dryRun: undefined }` → `['-replicationFactor=2']`; what is undefined is left out. */
export function goFlags(flags: Readonly<Record<string, FlagValue>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`-${name}=${String(value)}`],
  );
}
