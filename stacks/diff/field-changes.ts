/**
 * What differs between two values, field by field. Lists are compared by what names their elements (a container's
 * name, a flag's name), so that an element that moved is no change.
 */
import { parsedConfig } from './parsed-config';

export interface FieldChange {
  /** e.g. `spec.template.spec.containers[loki].args[-retentionPeriod]` or `data["config.yaml"].limits_config`. */
  readonly path: string;
  /** Undefined where it is new. */
  readonly before: unknown;
  /** Undefined where it is gone. */
  readonly after: unknown;
}

/** In the order of the paths. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  return compare('', before, after).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function compare(path: string, before: unknown, after: unknown): FieldChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const change: FieldChange = { path, before, after };
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after);
  if (isRecord(before) && isRecord(after)) {
    return compareEntries(path, Object.entries(before), Object.entries(after), step);
  }
  if (typeof before === 'string' && typeof after === 'string') {
    const parsed = [parsedConfig(path, before), parsedConfig(path, after)];
    const inside = parsed.includes(undefined) ? [] : compare(path, parsed[0], parsed[1]);
    // Nothing inside: only comments or layout differ.
    return inside.length > 0 ? inside : [change];
  }
  return [change];
}

function compareLists(path: string, before: readonly unknown[], after: readonly unknown[]): FieldChange[] {
  const [old, fresh] = [named(before), named(after)];
  if (old !== undefined && fresh !== undefined)
    return compareEntries(path, old, fresh, (name) => `[${name}]`);
  const isScalars = [...before, ...after].every((element) => typeof element !== 'object');
  if (isScalars) return [{ path, before, after }];
  // Nothing names them: an element is there or not.
  const texts = (list: readonly unknown[]): Set<string> =>
    new Set(list.map((element) => JSON.stringify(element)));
  const [oldTexts, freshTexts] = [texts(before), texts(after)];
  return [
    ...before.flatMap((element, i) =>
      freshTexts.has(JSON.stringify(element))
        ? []
        : [{ path: `${path}[${i}]`, before: element, after: undefined }],
    ),
    ...after.flatMap((element, i) =>
      oldTexts.has(JSON.stringify(element))
        ? []
        : [{ path: `${path}[${i}]`, before: undefined, after: element }],
    ),
  ];
}

function compareEntries(
  path: string,
  before: readonly (readonly [string, unknown])[],
  after: readonly (readonly [string, unknown])[],
  toStep: (key: string) => string,
): FieldChange[] {
  const [old, fresh] = [new Map(before), new Map(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const next = `${path}${toStep(key)}`;
    return compare(next.startsWith('.') ? next.slice(1) : next, old.get(key), fresh.get(key));
  });
}

function step(key: string): string {
  return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/**
 * What names an element, in the order of preference; `from` and `selector` are those of Loki's schema and retention,
 * `filtertype` is Curator's, `type` that of an autoscaler's policies.
 */
const NAMES = [
  'name',
  'from',
  'mountPath',
  'alert',
  'record',
  'secretKey',
  'selector',
  'filtertype',
  'type',
] as const;

/** Elements by name; undefined when some have none, or two have the same. */
function named(list: readonly unknown[]): [string, unknown][] | undefined {
  const flags = list.map(flag);
  const entries = flags.every((entry) => entry !== undefined)
    ? flags
    : list.map((element): [string, unknown] | undefined => {
        const name = nameOf(element);
        return name === undefined ? undefined : [name, element];
      });
  const found = entries.filter((entry) => entry !== undefined);
  if (found.length < list.length) return undefined;
  const named = distinct(found) ? found : found.map(withLabels);
  return distinct(named) ? named : undefined;
}

function distinct(entries: readonly (readonly [string, unknown])[]): boolean {
  return new Set(entries.map(([name]) => name)).size === entries.length;
}

/** One alert stands there for each component: its labels tell which. */
function withLabels([name, element]: readonly [string, unknown]): [string, unknown] {
  const labels = isRecord(element) && isRecord(element.labels) ? Object.values(element.labels) : [];
  return [[name, ...labels].join(' '), element];
}

function nameOf(element: unknown): string | undefined {
  if (!isRecord(element)) return undefined;
  const key = NAMES.find((candidate) => typeof element[candidate] === 'string');
  if (key !== undefined) return element[key] as string;
  return isRecord(element.metadata) ? nameOf(element.metadata) : undefined;
}

/** `-retentionPeriod=14d` → name and value; flags that stand there twice have no name. */
function flag(element: unknown): [string, unknown] | undefined {
  const match = typeof element === 'string' ? /^(--?[\w.-]+)(?:=(.*))?$/s.exec(element) : null;
  return match?.[1] === undefined ? undefined : [match[1], match[2] ?? true];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
