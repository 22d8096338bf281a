/**
 * The objects of a sound environment, to be broken one at a time.
 */
import { formatProblem } from '../../../constructs/core/config-error';
import type { Manifest } from '../../../policies/manifest';
import { checkManifests } from '../../../stacks/manifest-checks';
import { synthesise, type SynthesisedObject } from '../../../stacks/synthesis';
import { smallPlatform } from '../small-platform';

const sound = JSON.stringify(synthesise(smallPlatform()).objects);

export type Loose = Record<string, unknown>;

export function objects(): SynthesisedObject[] {
  return JSON.parse(sound) as SynthesisedObject[];
}

export function problemsIn(list: readonly SynthesisedObject[]): string {
  return checkManifests({ environment: 'small-dev', objects: list }).map(formatProblem).join('\n');
}

/** The problems after `change` was made to the object's fields. */
export function problemsAfter(kind: string, name: string, change: (object: Loose) => void): string {
  const all = objects();
  const found = all.find(({ object }) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  change(found.object);
  return problemsIn(all);
}

export function problemsWithout(kind: string, name: string): string {
  return problemsIn(objects().filter(({ object }) => object.kind !== kind || object.metadata.name !== name));
}

export function problemsWith(...extra: readonly Manifest[]): string {
  return problemsIn([...objects(), ...extra.map((object) => ({ component: 'extra', wave: 2, object }))]);
}

/** A pod that has all it needs, for the question at hand. */
export function pod(spec: Loose): Manifest[] {
  const labels = { 'app.kubernetes.io/name': 'extra' };
  const metadata = { name: 'extra', namespace: 'small' };
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels }, spec },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress', 'Egress'] },
    },
  ];
}

/** The value at a path of keys and indices, to be changed. */
export function at(object: unknown, ...path: readonly (string | number)[]): Loose {
  return path.reduce((value, key) => (value as Record<string | number, unknown>)[key], object) as Loose;
}

export const TEMPLATE = ['spec', 'template', 'spec'] as const;
