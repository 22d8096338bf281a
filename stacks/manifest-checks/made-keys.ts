/**
 * Which Secrets and ConfigMaps will exist, with which keys: the plain ones, and those that operators make.
 */
import type { Manifest } from '../../policies/manifest';
import { fieldsAt, listAt, namespacedName, textAt } from '../manifest-data';
import type { ObjectIndex } from './object-index';

/** `any` where only the operator knows. */
export type Keys = ReadonlySet<string> | 'any';

export interface MadeKeys {
  readonly Secret: ReadonlyMap<string, Keys>;
  readonly ConfigMap: ReadonlyMap<string, Keys>;
}

interface Made {
  readonly name: string;
  readonly keys: Keys;
}

/** Kubernetes puts the API server's certificate authority into every namespace. */
const ROOT_CA: Made = { name: 'kube-root-ca.crt', keys: new Set(['ca.crt']) };

/** Kind → the Secrets that come of it. */
const SECRET_MAKERS: Readonly<Record<string, (object: Manifest) => Made[]>> = {
  Secret: (object) => [
    {
      name: object.metadata.name,
      keys: keysOf(fieldsAt(object, 'data'), fieldsAt(object, 'stringData')),
    },
  ],
  ExternalSecret: externalSecret,
  Certificate: certificate,
  // Strimzi's operators, by their documentation of user and cluster secrets.
  KafkaUser: (object) => [
    {
      name: object.metadata.name,
      keys:
        textAt(object, 'spec', 'authentication', 'type') === 'tls'
          ? new Set(['ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password'])
          : new Set(['password', 'sasl.jaas.config']),
    },
  ],
  Kafka: (object) =>
    ['cluster', 'clients'].map((ca) => ({
      name: `${object.metadata.name}-${ca}-ca-cert`,
      keys: new Set(['ca.crt', 'ca.p12', 'ca.password']),
    })),
  // Rook's provisioner, by its documentation of bucket claims.
  ObjectBucketClaim: (object) => [
    { name: object.metadata.name, keys: new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) },
  ],
};

export function madeKeys(index: ObjectIndex): MadeKeys {
  const secrets = new Map<string, Keys>();
  for (const [kind, make] of Object.entries(SECRET_MAKERS)) {
    for (const object of index.ofKind(kind)) {
      for (const made of make(object)) {
        secrets.set(namespacedName(object.metadata.namespace, made.name), made.keys);
      }
    }
  }
  const configMaps = new Map<string, Keys>();
  for (const { object } of index.podOwners) {
    configMaps.set(namespacedName(object.metadata.namespace, ROOT_CA.name), ROOT_CA.keys);
  }
  for (const object of index.ofKind('ConfigMap')) {
    configMaps.set(
      namespacedName(object.metadata.namespace, object.metadata.name),
      keysOf(fieldsAt(object, 'data'), fieldsAt(object, 'binaryData')),
    );
  }
  return { Secret: secrets, ConfigMap: configMaps };
}

function externalSecret(object: Manifest): Made[] {
  const name = textAt(object, 'spec', 'target', 'name') ?? object.metadata.name;
  const template = fieldsAt(object, 'spec', 'target', 'template');
  const templated = Object.keys(fieldsAt(template, 'data'));
  if (listAt(object, 'spec', 'dataFrom').length > 0 || listAt(template, 'templateFrom').length > 0) {
    return [{ name, keys: 'any' }];
  }
  const fetched = listAt(object, 'spec', 'data').flatMap((entry) => textAt(entry, 'secretKey') ?? []);
  // A template replaces what was fetched, unless it says otherwise.
  const replaces = templated.length > 0 && textAt(template, 'mergePolicy') !== 'Merge';
  return [{ name, keys: new Set(replaces ? templated : [...fetched, ...templated]) }];
}

function certificate(object: Manifest): Made[] {
  const formats = listAt(object, 'spec', 'additionalOutputFormats').map((format) => textAt(format, 'type'));
  return [
    {
      name: textAt(object, 'spec', 'secretName') ?? object.metadata.name,
      keys: new Set([
        'tls.crt',
        'tls.key',
        'ca.crt',
        ...(formats.includes('CombinedPEM') ? ['tls-combined.pem'] : []),
        ...(formats.includes('DER') ? ['key.der'] : []),
      ]),
    },
  ];
}

function keysOf(...maps: readonly Readonly<Record<string, unknown>>[]): ReadonlySet<string> {
  return new Set(maps.flatMap((map) => Object.keys(map)));
}
