/** What a hub asks of the store beyond one cluster: names, a cold tier read by the same vmselect, more vmselects, S3. */
import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { VictoriaMetrics, type VictoriaMetricsProps } from '../../../constructs/store/victoria-metrics';
import { manifest, manifests, problemsOf, testPlatform } from '../core/fixture';
import { argsOf, useAll } from './log-and-trace-fixture';
import { awsBucket, cephBucket, envOf, outwardConnections } from './s3-fixture';

const NAMES = { insert: 'vminsert', select: 'vmselect', storage: 'vmstorage' } as const;
const HUB_DEMAND = { samplesPerSecond: 2_400, activeSeries: 80_000 } as const;

function store(platform: Platform, id: string, props: Partial<VictoriaMetricsProps> = {}): VictoriaMetrics {
  return new VictoriaMetrics(platform, id, {
    namespace: 'monitoring',
    retention: Duration.days(15),
    volume: { size: Size.gibibytes(100), storageClass: 'gp3' },
    demand: HUB_DEMAND,
    replicationFactor: 2,
    storage: { replicas: 2 },
    backup: 'none',
    ...props,
  });
}

interface Tiers {
  readonly platform: Platform;
  readonly hot: VictoriaMetrics;
  readonly cold: VictoriaMetrics;
}

function tiers(coldProps: Partial<VictoriaMetricsProps> = {}): Tiers {
  const platform = testPlatform({ tier: 'prod' });
  const cold = store(platform, 'victoria-metrics-cold', {
    retention: Duration.days(400),
    volume: { size: Size.gibibytes(400), storageClass: 'sc1' },
    storage: { replicas: 1 },
    replicationFactor: 1,
    query: 'none',
    ...coldProps,
  });
  const hot = store(platform, 'victoria-metrics', { names: NAMES, alsoReads: [cold] });
  useAll(platform, [hot.remoteWrite, hot.query, cold.remoteWrite, ...metricsOf(platform)]);
  return { platform, hot, cold };
}

/** Scraped by whoever scrapes; here so that no endpoint dangles. */
function metricsOf(platform: Platform) {
  return platform.graph.endpoints.filter(({ protocol }) => protocol === 'prometheus-scrape');
}

const HOT = (i: number): string => `vmstorage-${i}.vmstorage-headless.monitoring.svc.cluster.local`;
const COLD =
  'victoria-metrics-cold-storage-0.victoria-metrics-cold-storage-headless.monitoring.svc.cluster.local';

describe('under the document’s names', () => {
  const platform = testPlatform({ tier: 'prod' });
  const hub = store(platform, 'victoria-metrics', { names: NAMES });
  useAll(platform, [hub.remoteWrite, hub.query, ...metricsOf(platform)]);
  complete(platform);

  test('workloads and Services are vminsert, vmselect and vmstorage', () => {
    const named = (kind: string): string[] =>
      manifests(platform)
        .filter((object) => object.kind === kind)
        .map(({ metadata }) => metadata.name);
    expect([...named('Deployment'), ...named('StatefulSet')].sort()).toEqual([
      'vminsert',
      'vmselect',
      'vmstorage',
    ]);
    expect(named('Service').sort()).toEqual(['vminsert', 'vmselect', 'vmstorage', 'vmstorage-headless']);
    expect(hub.remoteWrite.host).toBe('vminsert.monitoring.svc.cluster.local');
    expect(hub.query.host).toBe('vmselect.monitoring.svc.cluster.local');
  });

  test('two copies on two vmstorages are possible, and what that means is said', () => {
    expect(argsOf(manifest(platform, 'Deployment', 'vminsert'))).toContain(
      `-storageNode=${HOT(0)}:8400,${HOT(1)}:8400`,
    );
    expect(platform.derivations).toContainEqual({
      component: 'victoria-metrics',
      what: 'with 1 of 2 vmstorages away',
      value: 'complete answers, writes in reduced replication',
      from: 'replication 2 needs at least 2 × 2 − 1 = 3 vmstorages to go on writing 2 copies',
    });
  });
});

describe('a cold tier', () => {
  const { platform, cold } = tiers();
  complete(platform);

  test('is read by the same vmselect, as a group with its own number of copies', () => {
    expect(argsOf(manifest(platform, 'Deployment', 'vmselect'))).toEqual([
      '-loggerFormat=json',
      '-http.shutdownDelay=10s',
      `-storageNode=victoria-metrics/${HOT(0)}:8401,victoria-metrics/${HOT(1)}:8401,victoria-metrics-cold/${COLD}:8401`,
      '-replicationFactor=victoria-metrics:2,victoria-metrics-cold:1',
      '-dedup.minScrapeInterval=1ms',
      '-cacheDataPath=/cache',
    ]);
    const into = platform.graph.connections
      .filter(({ to }) => to.port === 8401)
      .map(({ from, to }) => `${from.id} → ${to.owner.id}`);
    expect(into).toEqual(['vmselect → vmstorage', 'vmselect → victoria-metrics-cold-storage']);
  });

  test('has its own door for writes, its own retention, and no vmselect', () => {
    expect(manifests(platform).some(({ metadata }) => metadata.name === 'victoria-metrics-cold-select')).toBe(
      false,
    );
    expect(argsOf(manifest(platform, 'StatefulSet', 'victoria-metrics-cold-storage'))).toContain(
      '-retentionPeriod=9600h',
    );
    expect(cold.remoteWrite.host).toBe('victoria-metrics-cold-insert.monitoring.svc.cluster.local');
    expect(() => cold.query).toThrow(
      "victoria-metrics-cold: query is 'none': it has no vmselect of its own; ask the store that names it in alsoReads",
    );
  });

  test('may thin out more than the hot one, in multiples', () => {
    expect(() => {
      complete(tiers({ dedupInterval: Duration.minutes(5) }).platform);
    }).not.toThrow();
    const platformOf30 = testPlatform({ tier: 'prod' });
    const odd = store(platformOf30, 'cold', { query: 'none', dedupInterval: Duration.seconds(45) });
    const hot = store(platformOf30, 'hot', { dedupInterval: Duration.seconds(30), alsoReads: [odd] });
    useAll(platformOf30, [hot.remoteWrite, hot.query, odd.remoteWrite, ...metricsOf(platformOf30)]);
    expect(problemsOf(platformOf30)).toBe(
      'test/hot: alsoReads = "cold: dedupInterval 45000 ms"\n' +
        '  rule:   what cold keeps is part of what a deduplication over 30000 ms keeps only when its interval is a multiple\n' +
        '  remedy: use the same dedupInterval, or a multiple of 30000 ms',
    );
  });

  test('cannot read another itself', () => {
    const platformOfTwo = testPlatform({ tier: 'prod' });
    const coldest = store(platformOfTwo, 'coldest', { query: 'none' });
    store(platformOfTwo, 'cold', { query: 'none', alsoReads: [coldest] });
    expect(problemsOf(platformOfTwo)).toContain(
      'test/cold: alsoReads = ["coldest"]\n' +
        "  rule:   with query: 'none' there is no vmselect that could read them\n" +
        '  remedy: name them at the store whose vmselect answers',
    );
  });

  test('that nobody reads is a mistake', () => {
    const alone = testPlatform({ tier: 'prod' });
    const unread = store(alone, 'cold', { query: 'none' });
    useAll(alone, [unread.remoteWrite, ...metricsOf(alone)]);
    expect(problemsOf(alone)).toContain(
      'test/cold: readers = []\n  rule:   a store that nothing reads costs money and helps nobody',
    );
  });
});

describe('more vmselects while queries keep them busy', () => {
  const scaled = (maxReplicas: number): Platform => {
    const platform = testPlatform({ tier: 'prod' });
    const hub = store(platform, 'victoria-metrics', {
      names: NAMES,
      query: { autoscale: { maxReplicas, cpuPercent: 70 } },
      queryCache: { size: Size.gibibytes(50), storageClass: 'gp3' },
    });
    useAll(platform, [hub.remoteWrite, hub.query, ...metricsOf(platform)]);
    return platform;
  };

  test('each with its cache of 50 Gi', () => {
    const platform = scaled(6);
    complete(platform);
    expect(manifest(platform, 'HorizontalPodAutoscaler', 'vmselect').spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'vmselect' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 70, type: 'Utilization' } } }],
    });
    expect(manifest(platform, 'StatefulSet', 'vmselect').spec).toMatchObject({
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '50Gi' } } } }],
    });
  });

  test('up to the documented limit', () => {
    expect(problemsOf(scaled(11))).toContain(
      'test/victoria-metrics: query.autoscale.maxReplicas = 11\n' +
        '  rule:   at most 10: beyond it the bottleneck is elsewhere\n' +
        '  remedy: give each replica more resources, or split the store',
    );
  });
});

describe('backups on S3', () => {
  test('on AWS as the role of the service account, by sidecar and by restore Job', () => {
    const platform = testPlatform({ tier: 'prod' });
    const hub = store(platform, 'victoria-metrics', {
      names: NAMES,
      backup: { container: awsBucket(platform, 'metrics') },
    });
    useAll(platform, [hub.remoteWrite, hub.query, ...metricsOf(platform)]);
    complete(platform);
    expect(envOf(manifest(platform, 'StatefulSet', 'vmstorage'), 1)).toEqual({
      POD_NAME: 'the pod',
      AWS_REGION: 'eu-central-1',
    });
    expect(outwardConnections(platform)).toEqual(
      ['vmstorage', 'vmstorage-restore-0', 'vmstorage-restore-1'].flatMap((id) => [
        `${id} → 169.254.170.23:80 anybody`,
        `${id} → s3.eu-central-1.amazonaws.com:443 workload-identity`,
      ]),
    );
  });

  test('elsewhere with the keys of the bucket', () => {
    const platform = testPlatform({ tier: 'prod' });
    const hub = store(platform, 'victoria-metrics', {
      backup: { container: cephBucket(platform, 'backup') },
    });
    useAll(platform, [hub.remoteWrite, hub.query, ...metricsOf(platform)]);
    complete(platform);
    const keys = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'backup/AWS_ACCESS_KEY_ID',
      AWS_SECRET_ACCESS_KEY: 'backup/AWS_SECRET_ACCESS_KEY',
    };
    expect(envOf(manifest(platform, 'StatefulSet', 'victoria-metrics-storage'), 1)).toEqual({
      POD_NAME: 'the pod',
      ...keys,
    });
    const restores = manifests(platform).filter(({ kind }) => kind === 'Job');
    expect(restores.map((job) => envOf(job))).toEqual(
      [0, 1].map((i) => ({ REPLICA: `victoria-metrics-storage-${i}`, ...keys })),
    );
  });
});
