/**
 * What the design plans for later and an environment may have today: each choice, composed and synthesised.
 */
import { Duration, Size } from 'cdk8s';
import type { Platform } from '../../../constructs/core/platform';
import type { HubProps, Hubs } from '../../../constructs/systems/hub-and-spoke-props';
import type { Manifest } from '../../../policies/manifest';
import { HUB_DEV } from '../../../stacks/environments/hub-dev';
import { HUB_INFRA } from '../../../stacks/environments/hub-infra';
import { synthesise } from '../../../stacks/synthesis';
import {
  builtHub,
  builtSpoke,
  components,
  configText,
  flows,
  messageOf,
  standbyHub,
  TWO_HUBS,
} from './hub-and-spoke-fixture';

function objects(platform: Platform): readonly Manifest[] {
  return synthesise(platform).objects.map(({ object }) => object);
}

function named(platform: Platform, kind: string): string[] {
  return objects(platform)
    .filter((object) => object.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort();
}

function hosts(platform: Platform): string[] {
  return objects(platform)
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap((object) => (object as unknown as { spec: { rules: { host: string }[] } }).spec.rules)
    .map(({ host }) => host)
    .sort();
}

describe('backups in S3', () => {
  test('hourly and daily beside each vmstorage, with a suspended Job that restores each', () => {
    const platform = builtHub(HUB_INFRA);
    expect(configText(platform, 'victoria-metrics', 'backup.sh')).toContain('s3://');
    // A Job cannot be changed, so its name ends in what it is made of.
    expect(named(platform, 'Job').map((name) => name.replace(/-[0-9a-f]{8}$/, ''))).toEqual([
      'vmstorage-restore-0',
      'vmstorage-restore-1',
    ]);
    expect(configText(platform, 'vmalert', 'rules.yml')).toContain('alert: MetricsBackupOld');
  });

  test('none, by choice: nobody talks to S3', () => {
    const platform = builtHub({ ...HUB_INFRA, metrics: { ...HUB_INFRA.metrics, backup: false } });
    expect(named(platform, 'Job')).toEqual([]);
    expect(platform.graph.parties.map(({ id }) => id)).not.toContain('s3');
  });
});

describe('the cold tier', () => {
  const { zone, active, primary } = HUB_INFRA.hubs;
  const withoutCold: Hubs = { zone, active, primary };

  test('keeps one sample in five minutes for 400 days, and vmselect reads it with the others', () => {
    const platform = builtHub(HUB_INFRA);
    const storages = platform.components.find(({ node }) => node.id === 'victoria-metrics');
    expect(components(platform)).toEqual(expect.arrayContaining(['victoria-metrics-cold', 'vmauth-cold']));
    const [select] = objects(platform).filter(
      ({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'vmselect',
    );
    expect(JSON.stringify(select)).toContain(
      'victoria-metrics-cold/vmstorage-cold-1.vmstorage-cold-headless.monitoring.svc.cluster.local:8401',
    );
    expect(storages?.store).toBe(true);
    expect(JSON.stringify(objects(platform))).toContain('-retentionPeriod=9600h');
  });

  test('none, by choice: neither at the hub nor at a spoke', () => {
    expect(components(builtHub({ ...HUB_INFRA, hubs: withoutCold }))).not.toContain('vmauth-cold');
    expect(flows(builtSpoke({ ...HUB_DEV, hubs: withoutCold }))).toEqual([
      'vmagent → https://victoria-metrics.infra.service:443/api/v1/write: disk-queue, 300/s',
    ]);
  });
});

test('vmselects are added while queries keep them busy, between two and six', () => {
  const [autoscaler] = objects(builtHub(HUB_INFRA)).filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  expect(autoscaler).toMatchObject({
    metadata: { name: 'vmselect', namespace: 'monitoring' },
    spec: {
      scaleTargetRef: { kind: 'StatefulSet', name: 'vmselect' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 70 } } }],
    },
  });
});

test('requests are recommended for every workload, and never changed', () => {
  const recommended = objects(builtHub(HUB_INFRA)).filter(({ kind }) => kind === 'VerticalPodAutoscaler');
  expect(recommended.map(({ metadata }) => metadata.name).sort()).toEqual([
    'alertmanager',
    'grafana',
    'kube-state-metrics',
    'node-exporter',
    'vmagent',
    'vmalert',
    'vmauth',
    'vmauth-cold',
    'vminsert',
    'vminsert-cold',
    'vmselect',
    'vmstorage',
    'vmstorage-cold',
  ]);
  for (const object of recommended) {
    expect(object).toMatchObject({ spec: { updatePolicy: { updateMode: 'Off' } } });
  }
  expect(named(builtHub({ ...HUB_INFRA, recommendations: false }), 'VerticalPodAutoscaler')).toEqual([]);
});

describe('logs and traces', () => {
  const [dev, ...others] = HUB_INFRA.spokes;
  if (dev === undefined) throw new Error('a spoke');
  const full: HubProps = {
    ...HUB_INFRA,
    spokes: [
      {
        ...dev,
        sends: { logs: { perSecond: 500, bytesEach: 350 }, traces: { perSecond: 200, bytesEach: 500 } },
      },
      ...others,
    ],
    logs: { retention: Duration.days(7), volume: Size.gibibytes(20), schemaFrom: '2026-01-01' },
    traces: { retention: Duration.days(3), volume: Size.gibibytes(20) },
  };

  test('come by one host, through the same door, with the token that the cluster has', () => {
    const platform = builtHub(full);
    expect(hosts(platform)).toContain('otlp.infra.service');
    expect(components(platform)).toEqual(expect.arrayContaining(['loki', 'tempo']));
    const door = configText(platform, 'vmauth', 'auth.yml');
    const [, devsPart = ''] = /- name: vmagent-dev\n([^]*?)\n {2}- name:/.exec(door) ?? [];
    expect(devsPart).toContain(
      '- /v1/logs\n        url_prefix: http://loki.monitoring.svc.cluster.local:3100/otlp',
    );
    expect(devsPart).toContain(
      '- /v1/traces\n        url_prefix: http://tempo.monitoring.svc.cluster.local:4318',
    );
    // Nobody else sends any.
    expect(door.match(/\/v1\/logs/g)).toHaveLength(1);
  });

  test('are linked in Grafana: from trace to log to metric, and back', () => {
    const sources = configText(builtHub(full), 'grafana', 'datasources.yaml');
    for (const link of [
      'tracesToLogsV2',
      'tracesToMetrics',
      'derivedFields',
      'exemplarTraceIdDestinations',
    ]) {
      expect(sources).toContain(`${link}:`);
    }
  });

  test('are kept in S3, in a bucket each, by an identity that EKS gives', () => {
    const platform = builtHub(full);
    expect([...platform.cloudRefs.keys()]).toEqual(expect.arrayContaining(['bucket-logs', 'bucket-traces']));
    const s3 = platform.graph.connections
      .filter(({ to }) => to.protocol === 'pod-identity')
      .map(({ from }) => from.id);
    expect(s3).toEqual(expect.arrayContaining(['loki', 'tempo', 'vmstorage']));
  });

  test('a store of logs that no cluster sends any to is a mistake', () => {
    const message = messageOf(() => builtHub({ ...full, spokes: HUB_INFRA.spokes }));
    expect(message).toContain('hub-infra/loki: writers = []');
  });
});

test('silences are code', () => {
  const silences = [
    {
      matchers: { alertname: 'SpokeSilent', component: 'staging' },
      from: '2026-12-24',
      until: '2026-12-27',
      reason: 'The staging cluster is rebuilt',
      owner: 'platform',
    },
  ];
  const platform = builtHub({ ...HUB_INFRA, alerting: { ...HUB_INFRA.alerting, silences } });
  const config = configText(platform, 'alertmanager', 'alertmanager.yml');
  expect(config).toContain('mute_time_intervals:');
  expect(config).toContain('- component="staging"');
});

describe('a standby hub in a second region', () => {
  const promoted: Hubs = { ...TWO_HUBS, active: 'standby' };
  const pair = (hubs: Hubs): { primary: Platform; standby: Platform } => ({
    primary: builtHub({ ...HUB_INFRA, hubs }),
    standby: builtHub(standbyHub(hubs)),
  });
  const telling = ['vmalert', 'alertmanager', 'grafana'];
  const tells = (platform: Platform): string[] =>
    telling.filter((component) => components(platform).includes(component));

  test('every vmagent writes to both, the hubs’ own ones too', () => {
    const writes = (platform: Platform): string[] =>
      flows(platform)
        .filter((flow) => flow.startsWith('vmagent → '))
        .map((flow) => flow.replace(/^vmagent → https:\/\/([^/]+)\/.*$/, '$1'));
    expect(writes(builtSpoke({ ...HUB_DEV, hubs: TWO_HUBS }))).toEqual([
      'victoria-metrics-cold-standby.infra.service:443',
      'victoria-metrics-cold.infra.service:443',
      'victoria-metrics-standby.infra.service:443',
      'victoria-metrics.infra.service:443',
    ]);
    const { primary, standby } = pair(TWO_HUBS);
    const inside = [
      'vmauth-cold.monitoring.svc.cluster.local:8427',
      'vmauth.monitoring.svc.cluster.local:8427',
    ];
    expect(writes(primary)).toEqual(
      [
        'victoria-metrics-cold-standby.infra.service:443',
        'victoria-metrics-standby.infra.service:443',
        ...inside,
      ].sort(),
    );
    expect(writes(standby)).toEqual(
      ['victoria-metrics-cold.infra.service:443', 'victoria-metrics.infra.service:443', ...inside].sort(),
    );
  });

  test('exactly the active one evaluates, tells and shows; the other keeps the same metrics', () => {
    const before = pair(TWO_HUBS);
    expect([tells(before.primary), tells(before.standby)]).toEqual([telling, []]);
    const after = pair(promoted);
    expect([tells(after.primary), tells(after.standby)]).toEqual([[], telling]);
    for (const platform of [before.primary, before.standby, after.primary, after.standby]) {
      expect(components(platform)).toEqual(
        expect.arrayContaining(['vmauth', 'victoria-metrics', 'victoria-metrics-cold', 'vmagent']),
      );
    }
  });

  test('what people use follows the active one by its name; where samples go does not move', () => {
    const before = pair(TWO_HUBS);
    const after = pair(promoted);
    const primary = ['victoria-metrics-cold.infra.service', 'victoria-metrics.infra.service'];
    const standby = ['victoria-metrics-cold-standby.infra.service', 'victoria-metrics-standby.infra.service'];
    expect(hosts(before.primary)).toEqual(['grafana.infra.service', ...primary]);
    expect(hosts(before.standby)).toEqual(standby);
    expect(hosts(after.primary)).toEqual(primary);
    expect(hosts(after.standby)).toEqual(['grafana.infra.service', ...standby]);
    expect(configText(after.standby, 'grafana', 'grafana.ini')).toContain('domain = grafana.infra.service');
  });

  test('each watches the cluster of the other', () => {
    const rules = configText(pair(promoted).standby, 'vmalert', 'rules.yml');
    expect([...rules.matchAll(/count\(up\{cluster="([^"]+)"\}\)/g)].map(([, name]) => name)).toEqual([
      'infra-west',
      'dev',
      'staging',
      'prod',
      'infra',
    ]);
  });

  test('a promotion changes no spoke', () => {
    const text = (hubs: Hubs): string =>
      JSON.stringify([...synthesise(builtSpoke({ ...HUB_DEV, hubs })).files]);
    expect(text(promoted)).toBe(text(TWO_HUBS));
  });
});
