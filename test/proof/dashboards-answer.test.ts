/**
 * Every panel of three environments is asked, while telemetry flows and nothing is wrong, of the real Prometheus or
 * VictoriaMetrics that watches them and of their own Loki, InfluxDB and ClickHouse's engine. Whatever cannot answer on this
 * machine is named below with its reason; no other panel is silent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { complete } from '../../constructs/core/complete';
import { hub as hubOf } from '../../constructs/systems/hub-and-spoke';
import { HUB_INFRA } from '../../stacks/environments/hub-infra';
import { synthesise } from '../../stacks/synthesis';
import { synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import {
  askingApi,
  askingOneOf,
  panelsAnswer,
  textOf,
  type Answers,
  type Ask,
} from './dashboards/panel-answers';
import { Flow } from './flows/flow';
import { HyperionPlatform } from './flows/hyperion-platform';
import { LOCAL_TOOLS, startEnvironment, type RunningEnvironment } from './local/hyperion-cluster';
import { Watch } from './watch/watch';

const READY_MS = 4 * 60_000;
const ANSWER_MS = 3 * 60_000;
const PROMETHEUS_PATH = '/api/v1/query';
const LOKI_PATH = '/loki/api/v1/query';

jest.setTimeout(READY_MS + 2 * ANSWER_MS);

/** Panels that cannot answer here, by the reason. */
type Reasons = Readonly<Record<string, readonly string[]>>;

function expectAnswers({ answered, silent, refused }: Answers, reasons: Reasons, atLeast: number): void {
  expect(refused).toEqual([]);
  expect([...silent].sort()).toEqual(Object.values(reasons).flat().sort());
  expect(answered.length).toBeGreaterThanOrEqual(atLeast);
}

function count(reasons: Reasons): number {
  return Object.values(reasons).flat().length;
}

function urlOf(cluster: RunningEnvironment, service: string, port: number): string {
  const at = cluster.address(service, port);
  return `http://${at.host}:${at.port}`;
}

/** Programs that no registry has, or that need Kubernetes. */
const GRAFANA = ['front-door: Grafana requests', 'front-door: Time of Grafana’s answers'];
const NGINX_INGRESS = [
  'front-door: Connections',
  'front-door: Requests at the ingress controller',
  'telemetry-arriving: Requests at the ingress controller',
];
/** One node stands in for vminsert and vmselect, and counts under other jobs. */
const METRICS_CLUSTER = [
  'store-victoria-metrics: Queries at once',
  'telemetry-arriving: Metric rows taken',
  'telemetry-stuck: Inserts at once',
];

const HYPERION_SILENT: Reasons = {
  'Grafana is in no registry': GRAFANA,
  'the ingress controller needs Kubernetes': NGINX_INGRESS,
  'single node for the cluster': METRICS_CLUSTER,
  'kafka_exporter is left out of the loopback cluster': [
    'store-kafka: Brokers',
    'store-kafka: Messages in',
    'store-kafka: Messages that are kept',
    'store-kafka: Messages that wait',
    'store-kafka: Partitions with too few copies',
    'stores-filling: Messages that Kafka keeps',
    'telemetry-arriving: Written to topics',
    'telemetry-dropped: Partitions with too few copies',
    'telemetry-senders: Messages by topic',
    'telemetry-stuck: Waiting in Kafka',
  ],
  'Tempo is left out of the loopback cluster': [
    'store-tempo: Blocks',
    'store-tempo: Bytes',
    'store-tempo: Spans',
    'store-tempo: Time of requests, slowest twentieth',
    'telemetry-arriving: Span bytes taken',
  ],
  'the stand-in for ClickHouse has no asynchronous metrics': [
    'store-clickhouse: Parts in one partition',
    'store-clickhouse: Room on the disk',
    'stores-filling: Room on ClickHouse’s disk',
    'telemetry-stuck: Parts in one partition',
  ],
  'a table of what is wrong: every trace is complete': ['store-clickhouse: Incomplete traces'],
};

proof([...LOCAL_TOOLS], 'the panels of hyperion-dev', () => {
  let cluster: RunningEnvironment;
  let watch: Watch | undefined;
  let flows: readonly Flow[] = [];

  beforeAll(async () => {
    const synthesis = synthesisOf('hyperion-dev');
    cluster = await startEnvironment('hyperion-dev', { atMost: 1 });
    await cluster.whenReady({ timeoutMs: READY_MS });
    const platform = new HyperionPlatform(cluster);
    flows = (['logs', 'metrics', 'traces'] as const).map(
      (signal) => new Flow(platform, { signal, run: 'panels' }),
    );
    watch = await Watch.start({
      cluster,
      synthesis,
      watcher: 'victoria-metrics',
      rules: 'config/vmalert/rules.yml',
      labels: { cluster: 'hyperion-dev', environment: 'dev' },
    });
  }, READY_MS + 60_000);
  afterAll(async () => {
    await Promise.all(flows.map((flow) => flow.stop()));
    await watch?.stop();
    await cluster.stop();
  });

  test('all answer, but those of programs that do not run here', async () => {
    const store = urlOf(cluster, 'hyperion-store/victoria-metrics-select', 8481);
    const answers = await panelsAnswer(
      'hyperion-dev',
      {
        // What the trace processor makes of spans lies in the platform's own store.
        promql: askingOneOf(
          askingApi(watch?.url ?? '', PROMETHEUS_PATH),
          askingApi(`${store}/select/0/prometheus`, PROMETHEUS_PATH),
        ),
        logql: askingApi(urlOf(cluster, 'hyperion-store/loki', 3100), LOKI_PATH),
        sql: askingClickHouse(cluster),
      },
      count(HYPERION_SILENT),
      ANSWER_MS,
    );
    expectAnswers(answers, HYPERION_SILENT, 80);
  });
});

function askingClickHouse(cluster: RunningEnvironment): Ask {
  return async (query) => {
    const text = await textOf(`${urlOf(cluster, 'hyperion-store/clickhouse', 8123)}/`, {
      method: 'POST',
      body: query,
      headers: {
        'x-clickhouse-user': 'grafana',
        'x-clickhouse-key': cluster.secret('clickhouse-grafana-password'),
      },
    });
    return text.split('\n').filter((line) => line !== '').length;
  };
}

const TELEMETRY_SILENT: Reasons = {
  'Grafana is in no registry': GRAFANA,
  'the ingress controller needs Kubernetes': NGINX_INGRESS,
};

proof(
  ['sandbox', 'telemetry-services', 'influxdb', 'prometheus', 'alertmanager', 'postgresql'],
  'the panels of telemetry-dev',
  () => {
    let cluster: RunningEnvironment;
    let watch: Watch | undefined;
    let sending = true;
    let sender: Promise<void> | undefined;

    beforeAll(async () => {
      cluster = await startEnvironment('telemetry-dev', { atMost: 1 });
      await cluster.whenReady({ timeoutMs: READY_MS });
      watch = await Watch.start({
        cluster,
        synthesis: synthesisOf('telemetry-dev'),
        watcher: 'prometheus',
        rules: 'config/prometheus/rules.yml',
      });
      sender = sendReadings();
    }, READY_MS + 60_000);
    afterAll(async () => {
      sending = false;
      await sender;
      await watch?.stop();
      await cluster.stop();
    });

    /** A reading of each metric that the fleet's dashboard shows, each second; and somebody asks for them. */
    async function sendReadings(): Promise<void> {
      const streamer = urlOf(cluster, 'telemetry-pipeline/streamer', 8080);
      const api = urlOf(cluster, 'telemetry-view/api', 8080);
      while (sending) {
        const readings = ['GPU_UTIL', 'GPU_TEMP', 'POWER_USAGE', 'FB_USED', 'XID_ERRORS'].map(
          (name, index) => ({
            metric: name === 'POWER_USAGE' ? 'DCGM_FI_DEV_POWER_USAGE' : `DCGM_FI_DEV_${name}`,
            timeUs: Date.now() * 1000,
            value: index,
            tags: { uuid: 'GPU-1', gpu_id: '1', hostname: 'host-1' },
          }),
        );
        await textOf(`${streamer}/readings`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${cluster.secret('telemetry-service-token')}`,
          },
          body: JSON.stringify({ readings }),
        });
        const hour = new URLSearchParams({
          metric: 'DCGM_FI_DEV_GPU_TEMP',
          from: new Date(Date.now() - 3_600_000).toISOString(),
          to: new Date().toISOString(),
        });
        await textOf(`${api}/v1/count?${hour.toString()}`, {
          headers: { 'x-api-key': cluster.secret('api-key') },
        });
        await sleep(1_000);
      }
    }

    test('all answer, but those of programs that do not run here', async () => {
      const answers = await panelsAnswer(
        'telemetry-dev',
        { promql: askingApi(watch?.url ?? '', PROMETHEUS_PATH), flux: askingInflux(cluster) },
        count(TELEMETRY_SILENT),
        ANSWER_MS,
      );
      expectAnswers(answers, TELEMETRY_SILENT, 50);
    });
  },
);

function askingInflux(cluster: RunningEnvironment): Ask {
  return async (query) => {
    const text = await textOf(
      `${urlOf(cluster, 'telemetry-store/influxdb', 8086)}/api/v2/query?org=telemetryorg`,
      {
        method: 'POST',
        body: query,
        headers: {
          'content-type': 'application/vnd.flux',
          authorization: `Token ${cluster.secret('influxdb-token')}`,
        },
      },
    );
    if (text.includes('error,reference')) throw new Error(text);
    return text.split('\n').filter((line) => line.startsWith(',_result,')).length;
  };
}

const HUB_SILENT: Reasons = {
  'Grafana is in no registry': GRAFANA,
  'single node for the cluster': METRICS_CLUSTER,
  'node agents, kubelets and kube-state-metrics need a node or Kubernetes': [
    'hub-overview: Busiest nodes',
    'hub-overview: Pods that do not run',
    'nodes-workloads: CPU by namespace',
    'nodes-workloads: CPU in use',
    'nodes-workloads: Disk that is left',
    'nodes-workloads: Memory by namespace',
    'nodes-workloads: Memory that is left',
    'nodes-workloads: Network in',
    'nodes-workloads: Pods that do not run',
    'nodes-workloads: Pods that use most CPU',
    'nodes-workloads: Pods that use most memory',
    'stores-filling: Room on volumes',
  ],
};

proof(
  ['sandbox', 'victoria-metrics', 'alertmanager'],
  'the panels of hub-infra [substitute: single node for the cluster]',
  () => {
    let cluster: RunningEnvironment;
    let watch: Watch | undefined;

    beforeAll(async () => {
      // There is no S3, so no backup.
      const platform = hubOf({ ...HUB_INFRA, metrics: { ...HUB_INFRA.metrics, backup: false } });
      complete(platform);
      const synthesis = synthesise(platform);
      cluster = await startEnvironment('hub-infra', { atMost: 1, objects: synthesis.objects });
      await cluster.whenReady({ timeoutMs: READY_MS });
      watch = await Watch.start({
        cluster,
        synthesis,
        watcher: 'victoria-metrics',
        rules: 'config/vmalert/rules.yml',
        labels: { cluster: 'infra', environment: 'infra' },
      });
    }, READY_MS + 60_000);
    afterAll(async () => {
      await watch?.stop();
      await cluster.stop();
    });

    test('all answer, but those of programs that do not run here', async () => {
      const answers = await panelsAnswer(
        'hub-infra',
        { promql: askingApi(watch?.url ?? '', PROMETHEUS_PATH) },
        count(HUB_SILENT),
        ANSWER_MS,
      );
      expectAnswers(answers, HUB_SILENT, 20);
    });
  },
);
