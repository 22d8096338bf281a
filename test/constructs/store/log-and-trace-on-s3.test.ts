/** Loki and Tempo on S3: what differs from Azure, which their own tests hold. */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { Component } from '../../../constructs/core/component';
import { complete } from '../../../constructs/core/complete';
import type { ObjectBucket } from '../../../constructs/core/object-store';
import type { Platform } from '../../../constructs/core/platform';
import { Loki, type LokiProps } from '../../../constructs/store/loki';
import { LokiDistributed } from '../../../constructs/store/loki-distributed';
import { Tempo } from '../../../constructs/store/tempo';
import { renderTempo } from '../../../constructs/store/tempo-config';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { argsOf, blobContainer, configText, useAll } from './log-and-trace-fixture';
import { awsBucket, cephBucket, envOf, outwardConnections, workloadsWithKeys } from './s3-fixture';

const MEBIBYTE = 1024 ** 2;

interface LokiFile {
  readonly common: { readonly storage: object };
  readonly schema_config: { readonly configs: readonly { readonly object_store: string }[] };
  readonly compactor: object;
  readonly ruler: object;
}

function lokiOn(platform: Platform, props: Pick<LokiProps, 'chunks' | 'ruler'>): Loki {
  const loki = new Loki(platform, 'loki', {
    namespace: 'store',
    retention: Duration.days(7),
    volume: { size: Size.gibibytes(20), storageClass: 'ceph-block' },
    schemaFrom: '2026-01-01',
    load: { eventsPerSecond: 2000, bytesPerSecond: MEBIBYTE },
    ...props,
  });
  useAll(platform, [loki.otlp, loki.query, ...loki.metrics]);
  return loki;
}

function lokiFile(loki: Component): LokiFile {
  return parse(configText(loki, 'config.yaml')) as LokiFile;
}

const CEPH = {
  bucketnames: 'loki-chunks',
  endpoint: 'http://rgw.example.com:80',
  region: 'us-east-1',
  s3forcepathstyle: true,
};

describe('Loki on Ceph', () => {
  const platform = testPlatform();
  const loki = lokiOn(platform, {
    chunks: cephBucket(platform, 'loki-chunks'),
    ruler: cephBucket(platform, 'loki-ruler'),
  });
  complete(platform);
  const file = lokiFile(loki);

  test('keeps chunks, index and delete requests in the bucket, at its path, over plain HTTP', () => {
    expect(file.common.storage).toEqual({ s3: CEPH });
    expect(file.schema_config.configs.map(({ object_store }) => object_store)).toEqual(['s3']);
  });

  test('compacts every 10 minutes, and deletes after 2 hours with 150 workers', () => {
    expect(file.compactor).toEqual({
      working_directory: '/var/loki/compactor',
      compaction_interval: '10m',
      retention_enabled: true,
      retention_delete_delay: '2h',
      retention_delete_worker_count: 150,
      delete_request_store: 's3',
    });
  });

  test('keeps rules in a bucket of their own, whose keys are other ones', () => {
    expect(file.ruler).toEqual({
      storage: {
        type: 's3',
        s3: {
          ...CEPH,
          bucketnames: 'loki-ruler',
          access_key_id: '${LOKI_RULES_ACCESS_KEY_ID}',
          secret_access_key: '${LOKI_RULES_SECRET_ACCESS_KEY}',
        },
      },
    });
    const workload = manifest(platform, 'StatefulSet', 'loki');
    expect(argsOf(workload)).toContain('-config.expand-env=true');
    expect(envOf(workload)).toMatchObject({
      AWS_ACCESS_KEY_ID: 'loki-chunks/AWS_ACCESS_KEY_ID',
      AWS_SECRET_ACCESS_KEY: 'loki-chunks/AWS_SECRET_ACCESS_KEY',
      LOKI_RULES_ACCESS_KEY_ID: 'loki-ruler/AWS_ACCESS_KEY_ID',
      LOKI_RULES_SECRET_ACCESS_KEY: 'loki-ruler/AWS_SECRET_ACCESS_KEY',
    });
  });

  test('presents its keys, and has no identity of a cloud', () => {
    expect(outwardConnections(platform)).toEqual(['loki → rgw.example.com:80 access-key']);
    expect(manifest(platform, 'StatefulSet', 'loki')).not.toHaveProperty(
      ['spec', 'template', 'metadata', 'labels', 'azure.workload.identity/use'],
      'true',
    );
  });
});

test('with one pair of keys for both buckets nothing in the file has to be expanded', () => {
  const platform = testPlatform();
  const chunks = cephBucket(platform, 'loki-chunks');
  const loki = lokiOn(platform, { chunks, ruler: { ...chunks, bucket: 'loki-ruler' } });
  complete(platform);
  expect(lokiFile(loki).ruler).toEqual({
    storage: { type: 's3', s3: { ...CEPH, bucketnames: 'loki-ruler' } },
  });
  expect(argsOf(manifest(platform, 'StatefulSet', 'loki'))).toEqual([
    '-config.file=/etc/loki/config.yaml',
    '-target=all',
  ]);
});

test('on AWS there are no keys: EKS’s agent hands out those of the role', () => {
  const platform = testPlatform();
  const loki = lokiOn(platform, { chunks: awsBucket(platform, 'logs') });
  complete(platform);
  expect(lokiFile(loki).common.storage).toEqual({
    s3: {
      bucketnames: '${cloud:bucket-logs}',
      endpoint: 'https://s3.eu-central-1.amazonaws.com:443',
      region: 'eu-central-1',
      s3forcepathstyle: false,
    },
  });
  expect(Object.keys(envOf(manifest(platform, 'StatefulSet', 'loki'))).join(' ')).not.toContain('AWS');
  expect(outwardConnections(platform)).toEqual([
    'loki → 169.254.170.23:80 anybody',
    'loki → s3.eu-central-1.amazonaws.com:443 workload-identity',
  ]);
});

test('rules in an Azure container of the same identity', () => {
  const platform = testPlatform();
  const chunks = blobContainer(platform, 'loki-chunks');
  const loki = lokiOn(platform, { chunks, ruler: { ...chunks, container: 'loki-ruler' } });
  complete(platform);
  expect(lokiFile(loki).ruler).toEqual({
    storage: {
      type: 'azure',
      azure: { container_name: 'loki-ruler', account_name: '${cloud:account}', use_federated_token: true },
    },
  });
});

test.each<[string, (platform: Platform) => { chunks: ObjectBucket; ruler: ObjectBucket }, string]>([
  [
    'another Azure identity',
    (platform) => {
      const chunks = blobContainer(platform, 'loki-chunks');
      return { chunks, ruler: { ...chunks, clientId: 'other' } };
    },
    'test/loki: ruler = "other"\n  rule:   one pod reads chunks and rules, and it reads the chunks as ${cloud:client-id}\n  remedy: let that identity read and write the bucket of the rules too',
  ],
  [
    'a role beside keys',
    (platform) => ({
      chunks: cephBucket(platform, 'loki-chunks'),
      ruler: awsBucket(platform, 'rules'),
    }),
    'test/loki: ruler = "the role of its service account"\n  rule:   one pod reads chunks and rules, and it reads the chunks as the holder of their keys\n  remedy: let that identity read and write the bucket of the rules too',
  ],
])('reports rules in the hands of %s', (_, buckets, text) => {
  const platform = testPlatform();
  lokiOn(platform, buckets(platform));
  expect(problemsOf(platform)).toBe(text);
});

test('of a distributed Loki exactly the parts that use the bucket have its keys', () => {
  const platform = testPlatform({ zones: 3 });
  const loki = new LokiDistributed(platform, 'loki', {
    namespace: 'store',
    retention: Duration.days(30),
    chunks: cephBucket(platform, 'loki-chunks'),
    volumes: {
      storageClass: 'ceph-block',
      ingester: Size.gibibytes(200),
      indexGateway: Size.gibibytes(20),
      compactor: Size.gibibytes(10),
    },
    schemaFrom: '2026-01-01',
    load: { eventsPerSecond: 40_000, bytesPerSecond: 20 * MEBIBYTE },
  });
  useAll(platform, [loki.otlp, loki.query, ...loki.metrics]);
  complete(platform);
  expect(lokiFile(loki).common.storage).toEqual({ s3: CEPH });
  expect(workloadsWithKeys(platform)).toEqual([
    'loki-compactor',
    'loki-index-gateway',
    'loki-ingester-a',
    'loki-ingester-b',
    'loki-ingester-c',
    'loki-querier',
  ]);
  expect(outwardConnections(platform).map((line) => line.split(' ')[0])).toEqual(workloadsWithKeys(platform));
});

describe('Tempo', () => {
  const blocksOf = (bucket: ObjectBucket): unknown =>
    renderTempo({
      blocks: bucket,
      retention: Duration.days(14),
      limits: { rateBytesPerSecond: 30_000_000, maxLiveTraces: 10_000 },
    }).storage.trace;

  test('keeps blocks in a bucket of Ceph with its keys', () => {
    const platform = testPlatform();
    const tempo = new Tempo(platform, 'tempo', {
      namespace: 'store',
      retention: Duration.days(7),
      blocks: cephBucket(platform, 'tempo-blocks'),
      volume: { size: Size.gibibytes(10), storageClass: 'ceph-block' },
      load: { eventsPerSecond: 5000, bytesPerSecond: 2_500_000 },
    });
    useAll(platform, [tempo.otlp, tempo.query, ...tempo.metrics]);
    complete(platform);
    expect(parse(configText(tempo, 'tempo.yaml'))).toMatchObject({
      storage: {
        trace: {
          backend: 's3',
          s3: {
            bucket: 'tempo-blocks',
            endpoint: 'rgw.example.com:80',
            insecure: true,
            region: 'us-east-1',
            forcepathstyle: true,
          },
        },
      },
    });
    expect(envOf(manifest(platform, 'StatefulSet', 'tempo'))).toMatchObject({
      AWS_ACCESS_KEY_ID: 'tempo-blocks/AWS_ACCESS_KEY_ID',
      AWS_SECRET_ACCESS_KEY: 'tempo-blocks/AWS_SECRET_ACCESS_KEY',
    });
    expect(outwardConnections(platform)).toEqual(['tempo → rgw.example.com:80 access-key']);
  });

  test('speaks TLS with AWS', () => {
    expect(blocksOf(awsBucket(testPlatform(), 'traces'))).toEqual({
      backend: 's3',
      s3: {
        bucket: '${cloud:bucket-traces}',
        endpoint: 's3.eu-central-1.amazonaws.com:443',
        insecure: false,
        region: 'eu-central-1',
        forcepathstyle: false,
      },
      wal: { path: '/var/tempo/wal' },
    });
  });
});
