/**
 * Stands in for the operators that are not here: the Secrets that External Secrets, cert-manager and others would make
 * from a custom resource, with generated values, exactly the declared keys, and marked as those operators mark them.
 */
import { randomBytes } from 'node:crypto';
import type { Manifest } from '../../../policies/manifest';
import { madeKeys } from '../../../stacks/manifest-checks/made-keys';
import { ObjectIndex } from '../../../stacks/manifest-checks/object-index';

/** Names the fixture on what it made. */
const LABELS = { 'app.kubernetes.io/managed-by': 'test-stand-in-for-operators' };

/** @param source as the API server gives it, with its uid; of any kind */
export function operatorSecrets(source: Manifest): Manifest[] {
  if (source.kind === 'Secret') return [];
  const { name, uid } = source.metadata;
  // cert-manager keeps what it issued when the Certificate goes: its Secrets have a type and no owner.
  const mark =
    source.kind === 'Certificate'
      ? { type: 'kubernetes.io/tls' }
      : { owners: [{ apiVersion: source.apiVersion, kind: source.kind, name, uid, controller: true }] };
  return [...madeKeys(new ObjectIndex([source])).Secret].map(([namespacedName, keys]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: source.metadata.namespace ?? '',
      name: namespacedName.split('/')[1] ?? '',
      labels: LABELS,
      ...(mark.owners === undefined ? {} : { ownerReferences: mark.owners }),
    },
    ...(mark.type === undefined ? {} : { type: mark.type }),
    stringData: Object.fromEntries(
      (keys === 'any' ? ['value'] : [...keys]).map((key) => [key, randomBytes(16).toString('hex')]),
    ),
  }));
}
