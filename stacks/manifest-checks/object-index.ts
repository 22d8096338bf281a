/**
 * The objects of an environment, found by kind and name.
 */
import type { Manifest } from '../../policies/manifest';
import { namespacedName, podTemplateOf, type PodTemplate } from '../manifest-data';

export interface PodOwner {
  readonly object: Manifest;
  readonly pods: PodTemplate;
}

export class ObjectIndex {
  /** Everything that runs pods. */
  public readonly podOwners: readonly PodOwner[];
  private readonly byKind = new Map<string, Manifest[]>();
  private readonly names = new Set<string>();

  public constructor(public readonly objects: readonly Manifest[]) {
    const owners: PodOwner[] = [];
    for (const object of objects) {
      const ofKind = this.byKind.get(object.kind) ?? [];
      this.byKind.set(object.kind, [...ofKind, object]);
      this.names.add(nameKey(object.kind, object.metadata.namespace, object.metadata.name));
      const pods = podTemplateOf(object);
      if (pods !== undefined) owners.push({ object, pods });
    }
    this.podOwners = owners;
  }

  public ofKind(kind: string): readonly Manifest[] {
    return this.byKind.get(kind) ?? [];
  }

  public has(kind: string, namespace: string | undefined, name: string): boolean {
    return this.names.has(nameKey(kind, namespace, name));
  }

  public podOwnersIn(namespace: string | undefined): readonly PodOwner[] {
    return this.podOwners.filter(({ object }) => object.metadata.namespace === namespace);
  }
}

function nameKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind} ${namespacedName(namespace, name)}`;
}
