/**
 * Volumes: every claim that a pod names exists, and every claim says which class of storage it wants.
 */
import { fieldsAt, listAt, numberAt, textAt } from '../manifest-data';
import type { Manifest } from '../../policies/manifest';
import type { Mistake } from './mistake';
import type { ObjectIndex } from './object-index';

export function claimMistakes(index: ObjectIndex): Mistake[] {
  return [
    ...index.podOwners.flatMap(({ object, pods }) =>
      listAt(pods.spec, 'volumes').flatMap((volume) => {
        const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
        if (claim === undefined || isMade(claim, object.metadata.namespace, index)) return [];
        return [
          {
            object,
            property: `${pods.path}spec.volumes[${textAt(volume, 'name') ?? '?'}].persistentVolumeClaim`,
            value: claim,
            rule: 'a pod mounts a claim that exists: one of the environment, or <claim>-<StatefulSet>-<number>',
            remedy: 'correct the name, or add the claim',
          },
        ];
      }),
    ),
    ...index.ofKind('PersistentVolumeClaim').flatMap((claim) => classMistakes(claim, 'spec', claim)),
    ...index
      .ofKind('StatefulSet')
      .flatMap((set) =>
        listAt(set, 'spec', 'volumeClaimTemplates').flatMap((template) =>
          classMistakes(set, `spec.volumeClaimTemplates[${claimName(template)}].spec`, template),
        ),
      ),
  ];
}

function classMistakes(object: Manifest, path: string, claim: unknown): Mistake[] {
  const name = textAt(claim, 'spec', 'storageClassName');
  if (name !== undefined && name !== '') return [];
  return [
    {
      object,
      property: `${path}.storageClassName`,
      value: name,
      rule: "a claim names its storage class: the cluster's default may change, and is a decision of the environment",
      remedy: "set the volume's storageClass in the environment's values",
    },
  ];
}

function isMade(claim: string, namespace: string | undefined, index: ObjectIndex): boolean {
  if (index.has('PersistentVolumeClaim', namespace, claim)) return true;
  return index
    .ofKind('StatefulSet')
    .filter(({ metadata }) => metadata.namespace === namespace)
    .some((set) =>
      listAt(set, 'spec', 'volumeClaimTemplates').some((template) => {
        const replicas = numberAt(set, 'spec', 'replicas') ?? 1;
        const prefix = `${claimName(template)}-${set.metadata.name}-`;
        const ordinal = claim.startsWith(prefix) ? claim.slice(prefix.length) : '';
        return /^\d+$/.test(ordinal) && Number(ordinal) < replicas;
      }),
    );
}

function claimName(template: unknown): string {
  return textAt(fieldsAt(template, 'metadata'), 'name') ?? '?';
}
