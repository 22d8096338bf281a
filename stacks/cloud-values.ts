/**
 * Puts the values of a cloud into synthesised files, for whoever deploys without Pulumi: what
 * `pulumi stack output cloudValues --json` prints, one text for each reference.
 */
import { withValues } from '../constructs/core/cloud-ref';
import type { Problem } from '../constructs/core/config-error';
import type { Platform } from '../constructs/core/platform';

/** What may stand in YAML and in a URL without quotes: host names, ARNs, GUIDs, names of accounts and buckets. */
const VALUE = /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/;

export type CloudValues = Readonly<Record<string, string>>;

/** @returns what is wrong with the values: missing, superfluous, or not a plain text */
export function checkCloudValues(platform: Platform, values: unknown, path: string): Problem[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return [
      {
        path,
        property: 'cloud values',
        value: values,
        rule: 'the values are one JSON object, with the names of the references as keys',
        remedy: 'write it with: pulumi stack output cloudValues --json',
      },
    ];
  }
  const given = new Map<string, unknown>(Object.entries(values));
  const missing = [...platform.cloudRefs].filter(([name]) => !given.has(name));
  const unknown = [...given.keys()].filter((name) => !platform.cloudRefs.has(name));
  const malformed = [...given].filter(([, value]) => typeof value !== 'string' || !VALUE.test(value));
  return [
    ...missing.map(([name, description]) => ({
      path,
      property: name,
      value: undefined,
      rule: `${platform.environment} waits for this value: ${description}`,
      remedy: 'add it',
    })),
    ...unknown.map((name) => ({
      path,
      property: name,
      value: given.get(name),
      rule: `nothing in ${platform.environment} waits for it`,
      remedy: 'remove it; the values may be those of another environment',
    })),
    ...malformed.map(([name, value]) => ({
      path,
      property: name,
      value,
      rule: 'a value is a text of letters, digits and . _ : / -, for it stands in YAML and in URLs',
      remedy: 'correct it',
    })),
  ];
}

/** @param values checked, one for each reference in the files */
export function withCloudValues(
  files: ReadonlyMap<string, string>,
  values: CloudValues,
): Map<string, string> {
  return new Map([...files].map(([path, text]) => [path, withValues(text, (name) => values[name])]));
}
