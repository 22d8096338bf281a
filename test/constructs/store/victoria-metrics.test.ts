import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import { Workload } from '../../../constructs/core/workload';
import { manifest, problemsOf } from '../core/fixture';
import { metricsSystem, type MetricsSystem } from '../metrics-system';

interface PodTemplate {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: { readonly containers: readonly Container[]; readonly volumes?: readonly object[] };
    };
  };
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly object[];
}

function containers(system: MetricsSystem, kind: string, name: string): readonly Container[] {
  return (manifest(system.platform, kind, name) as unknown as PodTemplate).spec.template.spec.containers;
}

function workload(system: MetricsSystem, id: string): Workload {
  const found = system.platform.graph.parties.find((party) => party.id === id);
  if (!(found instanceof Workload)) throw new Error(`no workload ${id}`);
  return found;
}

const ALL_STORAGES = (port: number): string =>
  [0, 1, 2].map((i) => `vm-storage-${i}.vm-storage-headless.store.svc.cluster.local:${port}`).join(',');

describe('the cluster', () => {
  const system = metricsSystem();
  complete(system.platform);

  it('gives vminsert every vmstorage by name, and Prometheus names to OTLP metrics', () => {
    const [container] = containers(system, 'Deployment', 'vm-insert');
    expect(container?.image).toBe('docker.io/victoriametrics/vminsert:v1.150.0-cluster');
    expect(container?.args).toEqual([
      '-loggerFormat=json',
      '-http.shutdownDelay=10s',
      `-storageNode=${ALL_STORAGES(8400)}`,
      '-replicationFactor=2',
      '-opentelemetry.usePrometheusNaming=true',
    ]);
  });

  it('tells vmselect of the copies, so that one vmstorage away is no partial answer', () => {
    const [container] = containers(system, 'Deployment', 'vm-select');
    expect(container?.args).toEqual([
      '-loggerFormat=json',
      '-http.shutdownDelay=10s',
      `-storageNode=${ALL_STORAGES(8401)}`,
      '-replicationFactor=2',
      '-dedup.minScrapeInterval=1ms',
      '-cacheDataPath=/cache',
    ]);
  });

  it('keeps samples for 14 days, and removes copies as vmselect does', () => {
    const [container] = containers(system, 'StatefulSet', 'vm-storage');
    expect(container?.args).toEqual([
      '-loggerFormat=json',
      '-storageDataPath=/storage',
      '-retentionPeriod=336h',
      '-dedup.minScrapeInterval=1ms',
    ]);
    expect(manifest(system.platform, 'StatefulSet', 'vm-storage').spec).toMatchObject({
      replicas: 3,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '100Gi' } } } },
      ],
    });
    expect(manifest(system.platform, 'Service', 'vm-storage-headless').spec).toMatchObject({
      publishNotReadyAddresses: true,
    });
  });

  it('takes OTLP and remote write, and answers queries, at the cluster’s own paths', () => {
    const host = (part: string): string => `http://vm-${part}.store.svc.cluster.local`;
    expect(system.store.otlp.url).toBe(`${host('insert')}:8480/insert/0/opentelemetry`);
    expect(system.store.remoteWrite.url).toBe(`${host('insert')}:8480/insert/0/prometheus/api/v1/write`);
    expect(system.store.query.url).toBe(`${host('select')}:8481/select/0/prometheus`);
  });

  it('lets only vminsert and vmselect reach the ports of vmstorage that carry data', () => {
    const into = system.platform.graph
      .into(workload(system, 'vm-storage'))
      .map((c) => `${c.from.id} → ${c.to.port}`);
    expect(into).toEqual(['vm-insert → 8400', 'vm-select → 8401', 'vmagent → 8482']);
  });

  it('says what two copies on three vmstorages survive', () => {
    expect(system.platform.derivations).toContainEqual({
      component: 'vm',
      what: 'with 1 of 3 vmstorages away',
      value: 'complete answers, writes in full replication',
      from: 'replication 2 needs at least 2 × 2 − 1 = 3 vmstorages to go on writing 2 copies',
    });
    const two = metricsSystem({ store: { storage: { replicas: 2 } } });
    expect(two.platform.derivations.map(({ value }) => value)).toContain(
      'complete answers, writes in reduced replication',
    );
  });
});

describe('the backup', () => {
  const system = metricsSystem();
  complete(system.platform);

  it('runs beside vmstorage, reads its volume and may not write to it', () => {
    const sidecar = containers(system, 'StatefulSet', 'vm-storage')[1];
    expect(sidecar).toMatchObject({
      name: 'vmbackup',
      image: 'docker.io/victoriametrics/vmbackup:v1.150.0',
      command: ['/bin/sh', '/etc/victoria-metrics-backup/backup.sh'],
      env: [{ name: 'POD_NAME' }, { name: 'AZURE_STORAGE_ACCOUNT_NAME', value: 'account' }],
    });
    expect(sidecar?.volumeMounts).toContainEqual({ mountPath: '/storage', name: 'data', readOnly: true });
  });

  it('acts as the identity that may use the container', () => {
    const pod = manifest(system.platform, 'StatefulSet', 'vm-storage') as unknown as PodTemplate;
    expect(pod.spec.template.metadata.labels['azure.workload.identity/use']).toBe('true');
  });

  it('tells the alert what to expect', () => {
    expect(system.store.backups).toEqual({
      every: Duration.hours(1),
      replicas: 3,
      metric: 'hyperion_backup_last_success_timestamp_seconds',
    });
  });

  it.each([0, 1, 2])('has a suspended Job that restores volume %i from the copy of its own replica', (i) => {
    const job = system.platform.components
      .flatMap((component) => component.toJson() as { kind: string; metadata: { name: string } }[])
      .find(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith(`vm-storage-restore-${i}-`));
    expect(job).toMatchObject({
      spec: {
        suspend: true,
        template: {
          spec: {
            containers: [{ env: [{ name: 'REPLICA', value: `vm-storage-${i}` }, expect.anything()] }],
            volumes: expect.arrayContaining([
              { name: 'data', persistentVolumeClaim: { claimName: `data-vm-storage-${i}`, readOnly: false } },
            ]) as object[],
          },
        },
      },
    });
  });

  it('can be left out, by name', () => {
    const without = metricsSystem({ store: { backup: 'none' } });
    complete(without.platform);
    expect(containers(without, 'StatefulSet', 'vm-storage').map(({ name }) => name)).toEqual(['vm-storage']);
    expect(without.store.backups).toBeUndefined();
  });
});

it('is a single replica of each part in a small environment', () => {
  const system = metricsSystem({ platform: { tier: 'dev', zones: 1 } });
  complete(system.platform);
  expect(
    ['vm-insert', 'vm-select', 'vm-storage', 'vmauth', 'vmalert', 'alertmanager'].map(
      (id) => workload(system, id).replicas,
    ),
  ).toEqual([1, 1, 1, 1, 1, 1]);
});

it('keeps vmselect’s cache on a volume where one is given', () => {
  const system = metricsSystem({ store: { queryCache: { size: Size.gibibytes(50), storageClass: 'fast' } } });
  complete(system.platform);
  expect(manifest(system.platform, 'StatefulSet', 'vm-select').spec).toMatchObject({
    volumeClaimTemplates: [
      { metadata: { name: 'cache' }, spec: { resources: { requests: { storage: '50Gi' } } } },
    ],
  });
});

describe('mistakes', () => {
  it('reports volumes that are too small, with the arithmetic', () => {
    const { platform } = metricsSystem({
      store: { demand: { samplesPerSecond: 200_000, activeSeries: 1_000_000 } },
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/vm: volume.size = "3 × 100 GiB = 300 GiB"',
        '  rule:   1 B × 200000 samples/s × 2 copies × (14 d + 1 d) × 1.25 = 603.5 GiB has to fit',
        '  remedy: give each of the 3 volumes 201.2 GiB or more, or keep samples for a shorter time',
      ].join('\n'),
    );
  });

  it('reports a retention below a day', () => {
    const { platform } = metricsSystem({ store: { retention: Duration.hours(6) } });
    expect(problemsOf(platform)).toContain(
      'test/vm: retention = "6 hours"\n  rule:   vmstorage keeps samples for at least a day\n  remedy: give 24 hours or more',
    );
  });

  it('reports more copies than vmstorages', () => {
    const { platform } = metricsSystem({ store: { replicationFactor: 3, storage: { replicas: 2 } } });
    expect(problemsOf(platform)).toContain(
      'test/vm: replicationFactor = 3\n  rule:   copies lie on different vmstorages, and there are 2\n  remedy: run at least 5 vmstorages, or keep fewer copies',
    );
  });

  it.each([
    ['insert', 11, 10],
    ['query', 11, 10],
    ['storage', 21, 20],
  ] as const)('reports too many replicas of %s', (part, replicas, most) => {
    const { platform } = metricsSystem({ store: { [part]: { replicas } } });
    expect(problemsOf(platform)).toContain(
      `test/vm: ${part}.replicas = ${replicas}\n  rule:   at most ${most}: beyond it the bottleneck is elsewhere\n  remedy: give each replica more resources, or split the store`,
    );
  });
});
