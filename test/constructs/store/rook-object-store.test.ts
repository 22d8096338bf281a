import { RookObjectStore, type RookObjectStoreProps } from '../../../constructs/store/rook-object-store';
import type { Platform } from '../../../constructs/core/platform';
import { manifest, manifests, problemsOf, testPlatform } from '../core/fixture';

function made(props: Partial<RookObjectStoreProps> = {}): { platform: Platform; store: RookObjectStore } {
  const platform = testPlatform();
  const store = new RookObjectStore(platform, 'object-store', {
    namespace: 'logs',
    store: 'storage',
    cephNamespace: 'ceph',
    operatorNamespace: 'rook',
    disks: { count: 6, bytesEach: 1e12 },
    hosts: 3,
    buckets: ['chunks', 'ruler'],
    holds: { bytes: 50e9, because: 'as the test says' },
    ...props,
  });
  return { platform, store };
}

test('three copies on three hosts, compressed, kept when the description goes', () => {
  const pool = { failureDomain: 'host', replicated: { size: 3, requireSafeReplicaSize: true } };
  const store = manifest(made().platform, 'CephObjectStore', 'storage');
  expect(store.metadata.namespace).toBe('ceph');
  expect(store.spec).toEqual({
    metadataPool: pool,
    dataPool: { ...pool, compressionMode: 'aggressive' },
    preservePoolsOnDelete: true,
    gateway: {
      port: 8080,
      instances: 2,
      resources: {
        requests: { cpu: '500m', memory: '1024Mi' },
        limits: { cpu: '1', memory: '1024Mi' },
      },
    },
  });
});

test('a claim for each bucket, where its user is, and a class that keeps what is in it', () => {
  const { platform } = made();
  expect(
    manifests(platform)
      .filter(({ kind }) => kind === 'ObjectBucketClaim')
      .map(({ metadata, spec }) => [metadata.namespace, metadata.name, spec]),
  ).toEqual([
    ['logs', 'chunks', { bucketName: 'chunks', storageClassName: 'storage-bucket-retain' }],
    ['logs', 'ruler', { bucketName: 'ruler', storageClassName: 'storage-bucket-retain' }],
  ]);
  expect(manifest(platform, 'StorageClass', 'storage-bucket-retain')).toMatchObject({
    provisioner: 'rook.ceph.rook.io/bucket',
    reclaimPolicy: 'Retain',
    parameters: { objectStoreName: 'storage', objectStoreNamespace: 'ceph' },
  });
});

test('a bucket has the keys of its claim, at the Service that Rook makes', () => {
  const { store } = made();
  const bucket = store.bucket('ruler');
  expect(bucket.endpoint.url).toBe('http://rook-ceph-rgw-storage.ceph.svc.cluster.local:8080');
  expect(bucket).toMatchObject({
    kind: 's3',
    bucket: 'ruler',
    pathStyle: true,
    access: {
      kind: 'keys',
      accessKeyId: { secretName: 'ruler', key: 'AWS_ACCESS_KEY_ID' },
      secretAccessKey: { secretName: 'ruler', key: 'AWS_SECRET_ACCESS_KEY' },
    },
  });
  expect(bucket.endpoint.owner.reach).toEqual({
    kind: 'pods',
    namespace: 'ceph',
    labels: { app: 'rook-ceph-rgw', rook_object_store: 'storage' },
  });
});

test('the document’s room: six terabytes, a third of which is usable', () => {
  expect(
    made()
      .platform.derivations.filter(({ component }) => component === 'object-store')
      .map(({ what, value }) => [what, value]),
  ).toEqual([
    ['raw bytes', '6000000000000'],
    ['usable bytes', '2000000000000'],
    ['bytes in use', '50000000000'],
  ]);
});

test('more than fits is refused, with the arithmetic', () => {
  expect(problemsOf(made({ holds: { bytes: 1.8e12, because: 'rate × time' } }).platform)).toContain(
    [
      'test/object-store: holds = "1.6 TiB"',
      '  rule:   it fits into 6 disks × 931.3 GiB ÷ 3 copies = 1.8 TiB, of which Ceph wants 15 % free: rate × time',
      '  remedy: keep it for a shorter time, or add disks',
    ].join('\n'),
  );
});

test.each([
  [{ copies: 4 }, 4, 3, 'choose a whole number from 2 to 3'],
  [{ copies: 1 }, 1, 3, 'choose a whole number from 2 to 3'],
  [{ hosts: 1 }, 3, 1, 'add hosts'],
])('copies without hosts, %j, are refused', (props, copies, hosts, remedy) => {
  expect(problemsOf(made(props).platform)).toContain(
    [
      `test/object-store: copies = ${copies}`,
      `  rule:   there are at least two copies of an object, each on a host of its own, and there are ${hosts} hosts`,
      `  remedy: ${remedy}`,
    ].join('\n'),
  );
});

test('a bucket that nobody claims is refused', () => {
  const { platform, store } = made();
  store.bucket('traces');
  expect(problemsOf(platform)).toContain(
    [
      'test/object-store: buckets = ["chunks","ruler"]',
      '  rule:   somebody uses the bucket traces, which is not claimed',
      '  remedy: add "traces"',
    ].join('\n'),
  );
});
