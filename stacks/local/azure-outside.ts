/**
 * What an environment on Azure finds outside its cluster, for the loopback cluster: a token endpoint and a blob store
 * stand in, at addresses that the NetworkPolicies leave open, under the names that the components dial, with certificates
 * that they trust. The components' own configuration stays as it is, workload identity included.
 */
import { createHash } from 'node:crypto';
import { External } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import type { Manifest } from '../../policies/manifest';
import { cloudNamesIn } from '../../constructs/core/cloud-ref';
import type { Outsider } from './plan/plan';
import type { WavedObject } from './plan/plan-objects';
import { fieldsAt, listAt, podTemplateOf, textAt, type Fields } from '../manifest-data';

export interface Outside {
  /** The environment's objects as the identity webhook would leave them, and those of the stand-ins. */
  readonly objects: readonly WavedObject[];
  /** What the cloud would hand over, by the name of the reference. */
  readonly cloud: ReadonlyMap<string, string>;
  /** Which of the workloads play the part of the cloud, where, and under which names. */
  readonly outsiders: readonly Outsider[];
}

/** The namespace of what is not in the cluster; nothing in it is an object of the environment. */
const OUTSIDE_NAMESPACE = 'outside';
const SUFFIX = 'blob.core.windows.net';
const LOGIN = 'login.microsoftonline.com';
const CA = 'outside-ca';
const TOKEN_DIR = '/var/run/secrets/azure/tokens';
/** Where Go programs on any Linux look for certificates. */
const TRUST_FILE = '/etc/ssl/certs/ca-certificates.crt';
const TENANT = '00000000-0000-4000-8000-000000000001';
const ASSERTION_KEY = 'azure-identity-token';

/** The same objects, untouched, for an environment that uses nothing of Azure. */
export function azureOutside(platform: Platform, objects: readonly WavedObject[]): Outside {
  const manifests = objects.map(({ object }) => object);
  const externals = platform.graph.parties.filter((party) => party instanceof External);
  const entra = externals.find(({ host }) => host === LOGIN);
  const blobs = externals.filter(({ host }) => host.endsWith(`.${SUFFIX}`));
  const cloud = new Map(
    [...platform.cloudRefs.keys()].flatMap((name) => {
      const value = cloudValue(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  if (entra === undefined || blobs.length === 0) return { objects, cloud, outsiders: [] };

  const stores = blobs.map((blob) => {
    const [name = ''] = cloudNamesIn(blob.host);
    const account = cloud.get(name) ?? '';
    return { account, container: blob.id.replace(/^blob-/, ''), address: addressIn(blob) };
  });
  const hosts = stores.map(({ account }) => `${account}.${SUFFIX}`);
  return {
    objects: [
      ...objects.map(({ wave, object }) => ({ wave, object: withIdentity(object, clientIdsOf(manifests)) })),
      ...[
        ...trusts(manifests),
        ...standIns(
          hosts,
          stores.map(({ account, container }) => `${account}/${container}`),
          [...cloud].filter(([name]) => name.startsWith('identity-')).map(([, value]) => value),
        ),
      ].map((object) => ({ wave: 0, object })),
    ],
    cloud,
    outsiders: [
      { workload: `${OUTSIDE_NAMESPACE}/blob-store`, address: stores[0]?.address ?? '', names: hosts },
      { workload: `${OUTSIDE_NAMESPACE}/entra`, address: addressIn(entra), names: [LOGIN] },
    ],
  };
}

/** Made from the reference's name: the same at every start, and plainly not a real one. */
function cloudValue(name: string): string | undefined {
  const digest = createHash('sha256').update(name).digest('hex');
  if (name.endsWith('-client-id'))
    return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  // Storage accounts: 3 to 24 lower-case letters and digits.
  if (/^storage-.*-account$/.test(name))
    return `local${name.replaceAll(/^storage-|-account$|-/g, '')}`.slice(0, 24);
  return undefined;
}

/** The fourth address of the block: the first that Azure gives out in a subnet. */
function addressIn({ reach, id }: External): string {
  const [block = ''] = reach.kind === 'addresses' ? reach.cidrs : [];
  const octets = block.split('/')[0]?.split('.').map(Number) ?? [];
  if (octets.length !== 4) throw new Error(`${id} has no IPv4 block to take an address from: ${block}`);
  return [...octets.slice(0, 3), (octets[3] ?? 0) + 4].join('.');
}

/** As Azure's workload-identity webhook changes a pod that asks for it. */
function withIdentity(object: Manifest, clientIds: ReadonlyMap<string, string>): Manifest {
  const template = podTemplateOf(object);
  if (template?.labels['azure.workload.identity/use'] !== 'true') return object;
  const changed = structuredClone(object);
  const spec = podTemplateOf(changed)?.spec as Record<string, unknown>;
  const account = `${object.metadata.namespace ?? ''}/${textAt(spec, 'serviceAccountName') ?? 'default'}`;
  spec.volumes = [
    ...listAt(spec, 'volumes'),
    { name: 'azure-identity-token', secret: { secretName: ASSERTION_KEY } },
    { name: 'outside-trust', secret: { secretName: CA, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  ];
  for (const list of ['initContainers', 'containers'] as const) {
    if (spec[list] === undefined) continue;
    spec[list] = listAt(spec, list).map((container) => ({
      ...fieldsAt(container),
      env: [
        ...listAt(container, 'env'),
        { name: 'AZURE_CLIENT_ID', value: clientIds.get(account) ?? '' },
        { name: 'AZURE_TENANT_ID', value: TENANT },
        { name: 'AZURE_FEDERATED_TOKEN_FILE', value: `${TOKEN_DIR}/${ASSERTION_KEY}` },
        { name: 'AZURE_AUTHORITY_HOST', value: `https://${LOGIN}/` },
      ],
      volumeMounts: [
        ...listAt(container, 'volumeMounts'),
        { name: 'azure-identity-token', mountPath: TOKEN_DIR, readOnly: true },
        { name: 'outside-trust', mountPath: TRUST_FILE, subPath: 'ca.crt', readOnly: true },
      ],
    }));
  }
  return changed;
}

/** The client ID that each service account carries, by namespace and name. */
function clientIdsOf(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  return new Map(
    manifests
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ metadata }) => [
        `${metadata.namespace ?? ''}/${metadata.name}`,
        textAt(metadata, 'annotations', 'azure.workload.identity/client-id') ?? '',
      ]),
  );
}

/** In each namespace with such pods: the certificate authority of the stand-ins, and a service account's token. */
function trusts(manifests: readonly Manifest[]): Manifest[] {
  const namespaces = manifests
    .filter((object) => podTemplateOf(object)?.labels['azure.workload.identity/use'] === 'true')
    .map(({ metadata }) => metadata.namespace ?? '');
  return [...new Set(namespaces)]
    .sort()
    .flatMap((namespace) => [
      certificate(namespace, CA, { commonName: CA, issuerRef: { kind: 'ClusterIssuer', name: CA } }),
      assertion(namespace),
    ]);
}

function standIns(
  hosts: readonly string[],
  containers: readonly string[],
  clientIds: readonly string[],
): Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: OUTSIDE_NAMESPACE } },
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'ClusterIssuer',
      metadata: { name: 'outside-self-signed' },
      spec: { selfSigned: {} },
    },
    certificate('cert-manager', CA, {
      isCA: true,
      commonName: CA,
      issuerRef: { kind: 'ClusterIssuer', name: 'outside-self-signed' },
    }),
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'ClusterIssuer',
      metadata: { name: CA },
      spec: { ca: { secretName: CA } },
    },
    certificate(OUTSIDE_NAMESPACE, 'outside-tls', {
      commonName: LOGIN,
      dnsNames: [LOGIN, ...hosts],
      usages: ['digital signature', 'server auth'],
      issuerRef: { kind: 'ClusterIssuer', name: CA },
    }),
    assertion(OUTSIDE_NAMESPACE),
    standIn('entra', [
      { name: 'ENTRA_TENANT', value: TENANT },
      { name: 'ENTRA_CLIENT_IDS', value: clientIds.join(',') },
      { name: 'ENTRA_ASSERTION', valueFrom: { secretKeyRef: { name: ASSERTION_KEY, key: ASSERTION_KEY } } },
      { name: 'HOST_NAME', value: LOGIN },
    ]),
    standIn('blob-store', [
      { name: 'BLOB_CONTAINERS', value: containers.join(',') },
      { name: 'BLOB_SUFFIX', value: SUFFIX },
      { name: 'DATA_DIR', value: '/data' },
      { name: 'NODE_EXTRA_CA_CERTS', value: '/tls/ca.crt' },
    ]),
  ];
}

/** A StatefulSet, for a store keeps its blobs when it is killed. */
function standIn(name: string, env: readonly Fields[]): Manifest {
  const labels = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: OUTSIDE_NAMESPACE },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 10,
          securityContext: { runAsUser: 65_534, runAsGroup: 65_534 },
          containers: [
            {
              name,
              image: `stand-in/${name}`,
              env: [{ name: 'TLS_DIR', value: '/tls' }, ...env],
              ports: [{ name: 'https', containerPort: 443 }],
              readinessProbe: { tcpSocket: { port: 443 }, periodSeconds: 1 },
              volumeMounts: [
                { name: 'tls', mountPath: '/tls', readOnly: true },
                { name: 'data', mountPath: '/data' },
                { name: 'tmp', mountPath: '/tmp' },
              ],
            },
          ],
          volumes: [
            { name: 'tls', secret: { secretName: 'outside-tls' } },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Gi' } } } },
      ],
    },
  };
}

function certificate(namespace: string, name: string, spec: Fields): Manifest {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace },
    spec: { secretName: name, privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8' }, ...spec },
  };
}

/** One token for all: the token endpoint's stand-in knows no other. */
function assertion(namespace: string): Manifest {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: ASSERTION_KEY, namespace },
    spec: {
      target: { name: ASSERTION_KEY },
      data: [{ secretKey: ASSERTION_KEY, remoteRef: { key: 'stand-in-azure-identity-token' } }],
    },
  };
}
