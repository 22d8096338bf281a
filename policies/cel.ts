/**
 * Pieces of CEL that would otherwise be written out in every rule.
 *
 * `has(a.b.c)` is an error, not false, when `b` is absent, and an error refuses the object. So each step of a path needs
 * a guard of its own.
 */

/** `isSet('c', 'resources.limits')` → `(has(c.resources) && has(c.resources.limits))` */
export function isSet(root: string, path: string): string {
  const steps = path.split('.');
  const guards = steps.map((_, index) => `has(${[root, ...steps.slice(0, index + 1)].join('.')})`);
  return `(${guards.join(' && ')})`;
}

/** Is set, and has this value. */
export function equals(root: string, path: string, value: string | number | boolean): string {
  return `(${isSet(root, path)} && ${root}.${path} == ${literal(value)})`;
}

/** `list(['a', 'b'])` → `["a", "b"]`: data of a rule inside its CEL. */
export function list(values: readonly string[]): string {
  return `[${values.map(literal).join(', ')}]`;
}

/** CEL's double-quoted strings have JSON's escapes. */
export function literal(value: string | number | boolean): string {
  return JSON.stringify(value);
}

/** An annotation, label or other entry whose key is no identifier; without a value, any will do. */
export function hasEntry(root: string, path: string, key: string, value?: string): string {
  const entries = `${root}.${path}`;
  const guard = `${isSet(root, path)} && ${literal(key)} in ${entries}`;
  return value === undefined
    ? `(${guard})`
    : `(${guard} && ${entries}[${literal(key)}] == ${literal(value)})`;
}
