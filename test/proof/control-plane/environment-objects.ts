/** The objects of an environment as its files give them to a cluster, wave by wave, without what no definition is there for. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../../policies/manifest';
import { synthesisOf } from '../../environments';

/** Strimzi's and Rook's definitions are in no registry; they lie beside the checkout where the project was made. */
export const SHARED_CRDS = resolve(__dirname, '../../../../shared/crds');
const NOT_IN_A_REGISTRY = /strimzi|rook|objectbucket/;

/** Every cluster has them. */
export const KUBERNETES_NAMESPACES = ['default', 'kube-system'];

export interface EnvironmentObjects {
  readonly name: string;
  /** In start order; each wave waits for the one before. */
  readonly waves: readonly (readonly Manifest[])[];
  /** All of them, in the same order. */
  readonly objects: readonly Manifest[];
  /** The ValidatingAdmissionPolicies and their bindings. */
  readonly policies: readonly Manifest[];
  /** For the tests' names: which kinds were left out, and why. Empty where none was. */
  readonly leftOut: string;
}

export function environmentObjects(name: string): EnvironmentObjects {
  const waves = new Map<string, Manifest[]>();
  const unknown = new Set<string>();
  let policies: Manifest[] = [];
  // The files' names begin with the wave, and sort in start order.
  for (const path of [...synthesisOf(name).files.keys()].sort()) {
    if (path === 'policies/admission-policies.yaml') policies = parsed(name, path);
    const wave = /^manifests\/(\d+)-/.exec(path)?.[1];
    if (wave === undefined) continue;
    for (const object of parsed(name, path)) {
      if (NOT_IN_A_REGISTRY.test(object.apiVersion) && !existsSync(SHARED_CRDS)) unknown.add(object.kind);
      else waves.set(wave, [...(waves.get(wave) ?? []), object]);
    }
  }
  return {
    name,
    waves: [...waves.values()],
    objects: [...waves.values()].flat(),
    policies,
    leftOut:
      unknown.size === 0
        ? ''
        : ` (left out: ${[...unknown].sort().join(', ')}, whose definitions are not here)`,
  };
}

/** Where objects lie and which the environment does not make, e.g. an operator's own. */
export function foreignNamespaces(objects: readonly Manifest[]): string[] {
  const own = new Set([
    ...KUBERNETES_NAMESPACES,
    ...objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
  ]);
  const used = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  return [...new Set(used)].filter((name) => !own.has(name));
}

function parsed(environment: string, path: string): Manifest[] {
  const text = synthesisOf(environment).files.get(path) ?? '';
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
