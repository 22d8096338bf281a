/**
 * Pieces of CEL that rules about cloud resources share. Those of `../cel` hold here too.
 */
import { isSet, literal } from '../cel';
import type { ResourceType } from './rule';

/** `resource` is one of these. */
export function isOneOf(...types: readonly ResourceType[]): string {
  return `(${types.map((type) => `type == ${literal(type)}`).join(' || ')})`;
}

/** What follows holds for these types; the others have a property of another name. */
export function forTypes(types: readonly ResourceType[], expression: string): string {
  return `(!${isOneOf(...types)} || ${expression})`;
}

/** Is set, and no smaller. */
export function atLeast(root: string, path: string, least: number): string {
  return `(${isSet(root, path)} && ${root}.${path} >= ${least})`;
}

/** Is set, and one of these texts. */
export function isAnyOf(root: string, path: string, values: readonly string[]): string {
  return `(${isSet(root, path)} && (${values.map((value) => `${root}.${path} == ${literal(value)}`).join(' || ')}))`;
}

/** Every element of a list that may be absent; `expression` names the element `e`. */
export function every(root: string, path: string, expression: string): string {
  return `(!${isSet(root, path)} || ${root}.${path}.all(e, ${expression}))`;
}

/**
 * The stack has a resource of this type that depends on the judged one.
 * @param where what has to hold for that resource, `r`. @default anything
 */
export function hasBeside(type: ResourceType, where = 'true'): string {
  return `resources.exists(r, r.type == ${literal(type)} && r.dependsOn.exists(d, d == urn) && ${where})`;
}
