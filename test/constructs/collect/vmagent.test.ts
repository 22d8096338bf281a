import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { CONFIG_HASH_ANNOTATION } from '../../../constructs/core/pod-patches';
import { parse } from 'yaml';
import { manifest, manifests, problemsOf } from '../core/fixture';
import { metricsSystem } from '../metrics-system';

interface ScrapeConfig {
  readonly global: object;
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly relabel_configs: readonly object[];
  }[];
}

function scrapeConfig(platform: Platform): ScrapeConfig {
  const agent = platform.components.find((component) => component.node.id === 'vmagent');
  return parse(agent?.configs[0]?.files[0]?.text ?? '') as ScrapeConfig;
}

describe('what it scrapes', () => {
  const { platform } = metricsSystem();
  complete(platform);
  const config = scrapeConfig(platform);

  it('is everything with metrics, its own included, whatever was made first', () => {
    expect(config.scrape_configs.map((job) => job.job_name)).toEqual([
      'vm-insert',
      'vm-select',
      'vm-storage',
      'vmauth',
      'alertmanager',
      'vmalert',
      'vmagent',
    ]);
  });

  it('is found by workload and port in its own namespace, and named by pod', () => {
    expect(config.scrape_configs[3]).toEqual({
      job_name: 'vmauth',
      metrics_path: '/metrics',
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: ['store'] } }],
      relabel_configs: [
        {
          action: 'keep',
          source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_component'],
          regex: 'vmauth',
        },
        { action: 'keep', source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: 'internal' },
        {
          action: 'drop',
          source_labels: ['__meta_kubernetes_pod_phase'],
          regex: 'Pending|Succeeded|Failed',
        },
        { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
        { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
        { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'instance' },
      ],
    });
  });

  it('carries the cluster’s labels', () => {
    expect(config.global).toEqual({
      scrape_interval: '30s',
      scrape_timeout: '10s',
      external_labels: { cluster: 'test-cluster', environment: 'test' },
    });
  });

  it('is mounted as it was written, and a change of it rolls the pod', () => {
    const mounted = manifest(platform, 'ConfigMap', 'vmagent-config') as unknown as {
      data: Record<string, string>;
    };
    expect(parse(mounted.data['scrape.yml'] ?? '')).toEqual(config);
    const hashOf = (p: Platform): unknown =>
      (
        manifest(p, 'StatefulSet', 'vmagent') as unknown as {
          spec: { template: { metadata: { annotations: Record<string, string> } } };
        }
      ).spec.template.metadata.annotations[CONFIG_HASH_ANNOTATION];
    const other = metricsSystem({ agent: { interval: Duration.seconds(60) } });
    complete(other.platform);
    expect(hashOf(platform)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(other.platform)).not.toBe(hashOf(platform));
  });
});

describe('the agent', () => {
  const { platform } = metricsSystem();
  complete(platform);

  it('queues on nine tenths of its volume', () => {
    const text = JSON.stringify(manifest(platform, 'StatefulSet', 'vmagent'));
    expect(text).toContain('"-promscrape.config.strictParse=true"');
    expect(text).toContain('"-remoteWrite.tmpDataPath=/var/lib/vmagent"');
    // 10 GiB × 0.9
    expect(text).toContain('"-remoteWrite.maxDiskUsagePerURL=9663676416"');
    const write = platform.graph.connections.find(
      (c) => c.from.id === 'vmagent' && c.to.protocol === 'prometheus-remote-write',
    );
    expect(write?.delivery).toEqual({
      kind: 'disk-queue',
      size: Size.kibibytes(9_437_184),
      replicas: 1,
      whenFull: 'loses',
    });
    // 15 targets × 1,500 series every 30 s, 10 bytes each.
    expect(write?.load).toEqual({ eventsPerSecond: 750, bytesPerSecond: 7500 });
  });

  it('may look at pods in the platform’s namespaces, and do nothing else', () => {
    const roles = manifests(platform).filter(
      ({ kind, metadata }) => metadata.name === 'vmagent' && kind.endsWith('Role'),
    );
    expect(roles).toMatchObject(
      ['store', 'view'].map((namespace) => ({
        kind: 'Role',
        metadata: { namespace },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
      })),
    );
  });
});

describe('mistakes', () => {
  it('reports metrics in a namespace that it may not look into', () => {
    const { platform } = metricsSystem({ agent: { scrapes: ['view'] } });
    expect(problemsOf(platform)).toBe(
      [
        'test/vmagent: scrapes = ["view"]',
        '  rule:   there are metrics in store too: vm-insert, vm-select, vm-storage, vmauth',
        '  remedy: add the namespace',
      ].join('\n'),
    );
  });

  it('reports a volume that is too small for any queue', () => {
    const { platform } = metricsSystem({
      agent: { volume: { size: Size.mebibytes(512), storageClass: 'fast' } },
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/vmagent: volume.size = "512 MiB"',
        '  rule:   the queue takes 90 % of it and needs 512 MiB at least',
        '  remedy: give 1 GiB or more',
      ].join('\n'),
    );
  });

  it('is held to the outage that the environment declares', () => {
    const { platform } = metricsSystem({ platform: { survivesOutage: Duration.days(30) } });
    expect(problemsOf(platform)).toContain(
      'test/vmagent: delivery to vm-insert/http (metrics) = "survives 14 d 21 h: vmagent disk queue: 1 × 9 GiB ÷ 7.3 KiB/s = 14 d 21 h',
    );
  });
});
