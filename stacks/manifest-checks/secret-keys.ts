/**
 * Secrets and ConfigMaps: every name and key that a pod or an Ingress asks for is made by somebody.
 */
import type { Manifest } from '../../policies/manifest';
import { containersOf, fieldsAt, listAt, namespacedName, textAt } from '../manifest-data';
import type { Mistake } from './mistake';
import type { ObjectIndex } from './object-index';
import { madeKeys, type Keys } from './made-keys';

type Store = 'Secret' | 'ConfigMap';

interface Wanted {
  readonly object: Manifest;
  readonly store: Store;
  readonly name: string | undefined;
  /** Undefined where the whole is taken. */
  readonly key: string | undefined;
  readonly property: string;
}

export function keyMistakes(index: ObjectIndex): Mistake[] {
  const made = madeKeys(index);
  return wantedKeys(index).flatMap((want) => {
    const keys = made[want.store].get(namespacedName(want.object.metadata.namespace, want.name ?? ''));
    const found = keys !== undefined && (want.key === undefined || keys === 'any' || keys.has(want.key));
    return found ? [] : [mistake(want, keys)];
  });
}

/** A Secret that a pod or an Ingress names. */
export type WantedSecretKey = Pick<Wanted, 'object' | 'name' | 'key'>;

/** What of which Secret is read; one from which single keys are taken is not named as a whole. */
export function wantedSecretKeys(index: ObjectIndex): WantedSecretKey[] {
  const wanted = wantedKeys(index).filter(({ store }) => store === 'Secret');
  return wanted.filter(
    (want) =>
      want.key !== undefined ||
      !wanted.some((other) => other.object === want.object && other.property === `${want.property}.items`),
  );
}

function wantedKeys(index: ObjectIndex): Wanted[] {
  return [...index.podOwners.flatMap(wantedByPods), ...index.ofKind('Ingress').flatMap(wantedByIngress)];
}

function mistake({ object, store, name, key, property }: Wanted, keys: Keys | undefined): Mistake {
  if (keys === undefined || keys === 'any') {
    return {
      object,
      property,
      value: name,
      rule: `nobody makes a ${store} of this name in namespace ${object.metadata.namespace ?? '?'}`,
      remedy:
        store === 'Secret'
          ? 'take the name from component.secret(…) or from a certificate'
          : 'take the name from component.configMap(…)',
    };
  }
  return {
    object,
    property,
    value: `${name ?? ''}/${key ?? ''}`,
    rule: `${store} ${name ?? ''} has no such key; it has ${[...keys].sort().join(', ') || 'none'}`,
    remedy: 'take one of its keys, or add this one where it is made',
  };
}

function wantedByPods({ object, pods }: ObjectIndex['podOwners'][number]): Wanted[] {
  const base = `${pods.path}spec`;
  const wanted: Wanted[] = [];
  const want = (
    store: Store,
    source: unknown,
    nameKey: string,
    key: string | undefined,
    property: string,
  ): void => {
    const isThere = Object.keys(fieldsAt(source)).length > 0;
    if (!isThere || fieldsAt(source).optional === true) return;
    wanted.push({ object, store, name: textAt(source, nameKey), key, property: `${base}.${property}` });
  };
  const wantItems = (store: Store, source: unknown, nameKey: string, property: string): void => {
    want(store, source, nameKey, undefined, property);
    for (const item of listAt(source, 'items')) {
      want(store, source, nameKey, textAt(item, 'key'), `${property}.items`);
    }
  };
  for (const { container, path } of containersOf(pods.spec)) {
    for (const env of listAt(container, 'env')) {
      const from = fieldsAt(env, 'valueFrom');
      const property = `${path}.env[${textAt(env, 'name') ?? '?'}]`;
      want('Secret', from.secretKeyRef, 'name', textAt(from, 'secretKeyRef', 'key'), property);
      want('ConfigMap', from.configMapKeyRef, 'name', textAt(from, 'configMapKeyRef', 'key'), property);
    }
    for (const source of listAt(container, 'envFrom')) {
      want('Secret', fieldsAt(source, 'secretRef'), 'name', undefined, `${path}.envFrom`);
      want('ConfigMap', fieldsAt(source, 'configMapRef'), 'name', undefined, `${path}.envFrom`);
    }
  }
  for (const volume of listAt(pods.spec, 'volumes')) {
    const property = `volumes[${textAt(volume, 'name') ?? '?'}]`;
    wantItems('Secret', fieldsAt(volume, 'secret'), 'secretName', property);
    wantItems('ConfigMap', fieldsAt(volume, 'configMap'), 'name', property);
    for (const source of listAt(volume, 'projected', 'sources')) {
      wantItems('Secret', fieldsAt(source, 'secret'), 'name', property);
      wantItems('ConfigMap', fieldsAt(source, 'configMap'), 'name', property);
    }
  }
  for (const secret of listAt(pods.spec, 'imagePullSecrets')) {
    want('Secret', secret, 'name', undefined, 'imagePullSecrets');
  }
  return wanted;
}

function wantedByIngress(object: Manifest): Wanted[] {
  return listAt(object, 'spec', 'tls').flatMap((tls) => {
    const name = textAt(tls, 'secretName');
    if (name === undefined) return [];
    return ['tls.crt', 'tls.key'].map((key) => ({
      object,
      store: 'Secret' as const,
      name,
      key,
      property: 'spec.tls.secretName',
    }));
  });
}
