/**
 * Command-line flags as Go's own `flag` package reads them, from data.
 */
type FlagValue = string | number | boolean;

/**
 * `{ replicationFactor: 2, url: ['a', 'b'], dryRun: undefined }` → `['-replicationFactor=2', '-url=a', '-url=b']`; what is
 * undefined is left out.
 */
export function goFlags(
  flags: Readonly<Record<string, FlagValue | readonly FlagValue[] | undefined>>,
): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((item) => `-${name}=${String(item)}`),
  );
}
