/** Every secret by name, where its value comes from, whose pods can read it and who accepts it. Never a value. */
import type { Platform } from '../../constructs/core/platform';
import type { Manifest } from '../../policies/manifest';
import { compareText } from '../compare-text';
import { listAt, namespacedName, textAt } from '../manifest-data';
import { ObjectIndex } from '../manifest-checks/object-index';
import { wantedSecretKeys, type WantedSecretKey } from '../manifest-checks/secret-keys';
import type { Synthesis } from '../synthesis';
import type { SecretEntry } from './review-document';

type Reader = SecretEntry['readers'][number];
/** A secret, as it is made: the Kubernetes Secret in which pods find it, and under which key where it is one of several. */
interface Source {
  readonly name: string;
  readonly store: string;
  readonly object: Manifest;
  readonly secret: string;
  /** Undefined where all keys belong together. */
  readonly key?: string;
}

export function secretEntries(synthesis: Synthesis): SecretEntry[] {
  const { platform, objects } = synthesis;
  const manifests = objects.map(({ object }) => object);
  const componentOf = new Map(objects.map(({ object, component }) => [object, component]));
  const wanted = wantedSecretKeys(new ObjectIndex(manifests));
  const sources = manifests.flatMap((object) => SOURCES[object.kind]?.(object) ?? []);
  const entries = new Map<string, { store: string; readers: Reader[] }>();
  for (const source of sources) {
    const entry = entries.get(source.name) ?? { store: source.store, readers: [] };
    entries.set(source.name, entry);
    for (const reader of readersOf(source, wanted, componentOf)) {
      const isKnown = entry.readers.some((other) => JSON.stringify(other) === JSON.stringify(reader));
      if (!isKnown) entry.readers.push(reader);
    }
  }
  const acceptedBy = acceptors(platform);
  return [...entries]
    .map(([name, entry]) => ({ name, ...entry, acceptedBy: acceptedBy.get(name) ?? [] }))
    .sort((a, b) => compareText(a.name, b.name));
}

const SOURCES: Readonly<Record<string, (object: Manifest) => Source[]>> = {
  ExternalSecret: (object) =>
    listAt(object, 'spec', 'data').flatMap((entry) => {
      const [name, key] = [textAt(entry, 'remoteRef', 'key'), textAt(entry, 'secretKey')];
      if (name === undefined || key === undefined) return [];
      const store = textAt(object, 'spec', 'secretStoreRef', 'name') ?? '?';
      return [
        {
          name,
          store,
          object,
          secret: textAt(object, 'spec', 'target', 'name') ?? object.metadata.name,
          key,
        },
      ];
    }),
  Certificate: (object) => {
    const secret = textAt(object, 'spec', 'secretName') ?? object.metadata.name;
    const issuer = `${textAt(object, 'spec', 'issuerRef', 'kind') ?? '?'} ${textAt(object, 'spec', 'issuerRef', 'name') ?? '?'}`;
    return [madeInCluster(object, secret, `cert-manager (${issuer})`)];
  },
  ObjectBucketClaim: (object) => [
    madeInCluster(
      object,
      object.metadata.name,
      `Rook (${textAt(object, 'spec', 'storageClassName') ?? 'object store'})`,
    ),
  ],
};

function madeInCluster(object: Manifest, secret: string, store: string): Source {
  return { name: namespacedName(object.metadata.namespace, secret), store, object, secret };
}

/**
 * Whose pods name it. Where no pod does (an operator reads it, such as one for Ingresses), whoever asked for it counts
 * as its reader.
 */
function readersOf(
  { object, secret, key }: Source,
  wanted: readonly WantedSecretKey[],
  componentOf: ReadonlyMap<Manifest, string>,
): Reader[] {
  const takers = wanted.filter(
    (want) =>
      want.object.metadata.namespace === object.metadata.namespace &&
      want.name === secret &&
      (key === undefined || want.key === undefined || want.key === key),
  );
  const readers = takers.map((taker) => ({
    component: componentOf.get(taker.object) ?? '?',
    secret: namespacedName(object.metadata.namespace, secret),
    key: taker.key ?? key ?? 'all of it',
  }));
  if (readers.length > 0) return readers;
  return [
    {
      component: componentOf.get(object) ?? '?',
      secret: namespacedName(object.metadata.namespace, secret),
      key: key ?? 'all of it',
    },
  ];
}

function acceptors({ graph }: Platform): Map<string, string[]> {
  const endpoints = new Map<string, string[]>();
  for (const { id, auth } of graph.endpoints) {
    for (const { name } of auth.accepted) {
      const known = endpoints.get(name) ?? [];
      if (!known.includes(id)) endpoints.set(name, [...known, id]);
    }
  }
  return endpoints;
}
