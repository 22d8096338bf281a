/**
 * Where vmagent writes: one hub or several, each with its own token, authority, queue and outage that this covers.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { VmagentProps } from '../../../constructs/collect/vmagent';
import { complete } from '../../../constructs/core/complete';
import { coverOf, isExposed } from '../../../constructs/core/outage-budget';
import type { Platform } from '../../../constructs/core/platform';
import { bytesOf, humanSeconds } from '../../../constructs/core/quantity';
import { manifest, problemsOf } from '../core/fixture';
import { clusterAgent, hub, TOKEN } from './cluster-fixture';

const CREDENTIAL = { kind: 'bearer', secret: TOKEN } as const;

interface Pod {
  readonly containers: readonly { readonly args: string[]; readonly volumeMounts: readonly object[] }[];
  readonly volumes: readonly object[];
}

function podOf(platform: Platform): Pod {
  const { spec } = manifest(platform, 'StatefulSet', 'vmagent') as unknown as {
    spec: { template: { spec: Pod } };
  };
  return spec.template.spec;
}

function argsOf(platform: Platform, prefix: string): string[] {
  return podOf(platform).containers[0]?.args.filter((arg) => arg.startsWith(prefix)) ?? [];
}

function filesOf(platform: Platform): Record<string, string> {
  return (manifest(platform, 'ConfigMap', 'vmagent-config') as unknown as { data: Record<string, string> })
    .data;
}

/** A hub, its standby, and the cold tier: three queues on one volume. */
function three(platform: Platform): Partial<VmagentProps> {
  return {
    destinations: [
      { remoteWrite: hub(platform, 'hub'), credential: CREDENTIAL, ca: { secretName: 'hub-ca' } },
      { remoteWrite: hub(platform, 'standby'), credential: CREDENTIAL },
      {
        remoteWrite: hub(platform, 'cold'),
        credential: CREDENTIAL,
        ca: { secretName: 'cold-ca' },
        aggregate: { interval: Duration.minutes(5) },
      },
    ],
  };
}

describe('one hub', () => {
  test.each([
    // What the document gives for each environment; 10 GiB × 0.9 ÷ (samples/s × 10 B).
    ['dev', 10_000, 300, '37 d 6 h'],
    ['staging', 20_000, 600, '18 d 15 h'],
    ['production', 50_000, 1500, '7 d 10 h'],
  ])(
    '%s: a queue of 10 GiB covers an outage of the hub of %s series',
    (_, activeSeries, samplesPerSecond, covered) => {
      const { platform } = clusterAgent(() => ({ declared: { activeSeries, samplesPerSecond } }));
      complete(platform);
      const write = platform.graph.connections.find(({ to }) => to.protocol === 'prometheus-remote-write');
      if (write === undefined) throw new Error('vmagent writes nowhere');
      expect(isExposed(write)).toBe(true);
      expect(write.load).toEqual({
        eventsPerSecond: samplesPerSecond,
        bytesPerSecond: samplesPerSecond * 10,
      });
      expect(humanSeconds(coverOf(platform.graph, write).seconds)).toBe(covered);
    },
  );

  test('has to be away for no longer than the environment declares, though it stands outside', () => {
    const { platform } = clusterAgent(() => ({}), { survivesOutage: Duration.days(60) });
    expect(problemsOf(platform)).toBe(
      [
        'test/vmagent: delivery to hub/https (metrics) = "survives 37 d 6 h: vmagent disk queue: 1 × 9 GiB ÷ 2.9 KiB/s = 37 d 6 h + vmagent has answered already: what does not fit is lost"',
        '  rule:   the environment survives an outage of 60 d 0 h of any store or processor',
        '  remedy: enlarge a queue on the path (14.5 GiB in all), or declare a shorter survivesOutage',
      ].join('\n'),
    );
  });

  test('one flag of each kind', () => {
    const { platform } = clusterAgent();
    complete(platform);
    expect(argsOf(platform, '-remoteWrite')).toEqual([
      '-remoteWrite.url=https://hub.example.com:443/api/v1/write',
      '-remoteWrite.bearerTokenFile=/etc/vmagent-secrets/hub-token',
      '-remoteWrite.tmpDataPath=/var/lib/vmagent',
      '-remoteWrite.maxDiskUsagePerURL=9663676416',
    ]);
  });
});

describe('several', () => {
  const { platform } = clusterAgent(three);
  complete(platform);

  test('each has its place in every list of flags', () => {
    expect(argsOf(platform, '-remoteWrite')).toEqual([
      '-remoteWrite.url=https://hub.example.com:443/api/v1/write',
      '-remoteWrite.url=https://standby.example.com:443/api/v1/write',
      '-remoteWrite.url=https://cold.example.com:443/api/v1/write',
      '-remoteWrite.bearerTokenFile=/etc/vmagent-secrets/hub-token',
      '-remoteWrite.bearerTokenFile=/etc/vmagent-secrets/hub-token',
      '-remoteWrite.bearerTokenFile=/etc/vmagent-secrets/hub-token',
      '-remoteWrite.tlsCAFile=/etc/vmagent-ca-hub-ca/ca.crt',
      '-remoteWrite.tlsCAFile=',
      '-remoteWrite.tlsCAFile=/etc/vmagent-ca-cold-ca/ca.crt',
      '-remoteWrite.streamAggr.dedupInterval=',
      '-remoteWrite.streamAggr.dedupInterval=',
      '-remoteWrite.streamAggr.dedupInterval=300s',
      '-remoteWrite.tmpDataPath=/var/lib/vmagent',
      '-remoteWrite.maxDiskUsagePerURL=4371663085',
      '-remoteWrite.maxDiskUsagePerURL=4371663085',
      '-remoteWrite.maxDiskUsagePerURL=920350244',
    ]);
  });

  test('the queues fit nine tenths of the volume, and each covers an outage of its destination', () => {
    const writes = platform.graph.connections.filter(({ to }) => to.protocol === 'prometheus-remote-write');
    const sizes = writes.map(({ delivery }) => (delivery.kind === 'disk-queue' ? bytesOf(delivery.size) : 0));
    const sum = sizes.reduce((a, b) => a + b, 0);
    const share = bytesOf(Size.gibibytes(10)) * 0.9;
    expect(sum).toBeLessThanOrEqual(share);
    expect(sum).toBeGreaterThan(share - 4096);
    expect(writes.map(({ load }) => load?.eventsPerSecond)).toEqual([300, 300, 30]);
    expect(writes.map((write) => humanSeconds(coverOf(platform.graph, write).seconds))).toEqual([
      '16 d 20 h',
      '16 d 20 h',
      '35 d 12 h',
    ]);
  });

  test('tokens and authorities are mounted, each Secret once', () => {
    expect(podOf(platform).containers[0]?.volumeMounts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ mountPath: '/etc/vmagent-secrets', readOnly: true }),
        expect.objectContaining({ mountPath: '/etc/vmagent-ca-hub-ca', readOnly: true }),
        expect.objectContaining({ mountPath: '/etc/vmagent-ca-cold-ca', readOnly: true }),
      ]),
    );
    expect(JSON.stringify(podOf(platform).volumes).match(/"secretName":"[^"]*"/g)).toEqual([
      '"secretName":"vmagent-secrets"',
      '"secretName":"hub-ca"',
      '"secretName":"cold-ca"',
    ]);
  });
});

describe('at the source', () => {
  const { platform } = clusterAgent(() => ({
    drop: ['container_tasks_state', 'apiserver_request_.*_bucket'],
    relabel: [{ action: 'labeldrop', regex: 'uid' }],
    aggregate: [
      {
        match: '{__name__=~"http_request_duration_seconds_(bucket|count|sum)"}',
        interval: Duration.minutes(1),
        labels: { without: ['pod', 'instance'] },
        outputs: ['total'],
      },
    ],
  }));
  complete(platform);
  const files = filesOf(platform);

  test('series are thrown away in every job', () => {
    const { scrape_configs: jobs } = parse(files['scrape.yml'] ?? '') as { scrape_configs: object[] };
    for (const job of jobs) {
      expect(job).toMatchObject({
        metric_relabel_configs: [
          {
            action: 'drop',
            source_labels: ['__name__'],
            regex: 'container_tasks_state|apiserver_request_.*_bucket',
          },
        ],
      });
    }
  });

  test('relabelled and aggregated before they are written', () => {
    expect(argsOf(platform, '-remoteWrite.relabelConfig')).toEqual([
      '-remoteWrite.relabelConfig=/etc/vmagent/relabel.yml',
    ]);
    expect(argsOf(platform, '-streamAggr')).toEqual(['-streamAggr.config=/etc/vmagent/aggregation.yml']);
    expect(parse(files['relabel.yml'] ?? '')).toEqual([{ action: 'labeldrop', regex: 'uid' }]);
    expect(parse(files['aggregation.yml'] ?? '')).toEqual([
      {
        match: '{__name__=~"http_request_duration_seconds_(bucket|count|sum)"}',
        interval: '60s',
        without: ['pod', 'instance'],
        outputs: ['total'],
      },
    ]);
  });

  test('by choice only', () => {
    const { platform: plain } = clusterAgent(() => ({ drop: [], relabel: [], aggregate: [] }));
    complete(plain);
    expect(Object.keys(filesOf(plain))).toEqual(['scrape.yml']);
    expect(filesOf(plain)['scrape.yml']).not.toContain('metric_relabel_configs');
    expect(argsOf(plain, '-streamAggr')).toEqual([]);
    expect(argsOf(plain, '-remoteWrite.relabelConfig')).toEqual([]);
  });
});

describe('mistakes', () => {
  test('a hub outside that does not speak TLS', () => {
    const { platform } = clusterAgent((p) => ({
      destinations: [{ remoteWrite: hub(p, 'hub', false), credential: CREDENTIAL }],
    }));
    expect(problemsOf(platform)).toBe(
      [
        'test/vmagent: destinations[0] = "http://hub.example.com:443/api/v1/write"',
        '  rule:   metrics and tokens leave the cluster over TLS only',
        '  remedy: let the endpoint speak TLS',
      ].join('\n'),
    );
  });

  test('a volume that is too small for so many queues', () => {
    const { platform } = clusterAgent((p) => ({
      ...three(p),
      volume: { size: Size.gibibytes(1), storageClass: 'gp3' },
    }));
    expect(problemsOf(platform)).toContain(
      [
        'test/vmagent: volume.size = "1 GiB"',
        '  rule:   the queue takes 90 % of it and needs 512 MiB at least for each of 3 destinations',
        '  remedy: give 3 GiB or more',
      ].join('\n'),
    );
  });
});
