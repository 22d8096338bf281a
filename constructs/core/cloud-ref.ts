/**
 * A value that exists only after the cloud was deployed: a client ID, a database's host. In synthesised manifests it
 * is a readable placeholder, `${cloud:name}`; `pulumi up` puts its output there, GitOps the stack's exported value.
 */
import type { Construct } from 'constructs';
import { Platform } from './platform';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Declares the reference and gives its placeholder.
 * @param name lower-case words with hyphens, unique in the environment, e.g. `loki-client-id`
 * @param description what the cloud hands over, for the reader of `graph.json`
 */
export function cloudRef(scope: Construct, name: string, description: string): string {
  const platform = Platform.of(scope);
  const known = platform.cloudRefs.get(name);
  if (!NAME.test(name) || (known !== undefined && known !== description)) {
    platform.report(scope, {
      property: `cloudRef(${JSON.stringify(name)})`,
      value: description,
      rule: NAME.test(name)
        ? `one name stands for one value of the cloud, and this one already means "${known ?? ''}"`
        : 'the name of a cloud reference is lower-case words joined by hyphens',
      remedy: 'choose another name',
    });
  }
  platform.cloudRefs.set(name, description);
  return placeholder(name);
}

/** As it stands in manifests. */
export function placeholder(name: string): string {
  return `\${cloud:${name}}`;
}

/** Its one group is the name. */
export const PLACEHOLDER = /\$\{cloud:([^}]*)\}/g;

/** Names of the values for which a text waits, as often as it does. */
export function cloudNamesIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** The text with values in the place of placeholders; one without a value stays. */
export function withValues(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(PLACEHOLDER, (found, name: string) => valueOf(name) ?? found);
}
