/** Our readers against the real stores, each alone: what was sent is found, by its number, once, and page by page. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { Kafka } from '../../constructs/buffer/kafka';
import { KAFKA_DIRS } from '../../constructs/buffer/kafka-config';
import { CLUSTER_ID, CLUSTER_PROPS, INGRESS, samplePlatform } from '../constructs/buffer/sample';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { readCounter } from './flows/collector-counters';
import { HttpSender } from './flows/http-sender';
import { readLoki } from './flows/loki-reader';
import { LoopbackProgram } from './flows/loopback-program';
import { readMetrics } from './flows/metrics-reader';
import { NumberedTelemetry } from './flows/numbered-telemetry';
import type { StoredRecord } from './flows/stored-record';
import { readTopic } from './flows/topic-reader';
import { freePort } from './free-port';
import { LoopbackBroker } from './kafka/broker';

jest.setTimeout(180_000);

const NUMBERS = Array.from({ length: 12_000 }, (_, i) => i + 1);
const ACCEPTED = { acknowledged: true };
const TIMEOUT_MS = 30_000;

function numbersOf(records: readonly StoredRecord[]): number[] {
  return records.map(({ number }) => number).sort((a, b) => a - b);
}

/** Stores show what they took after a moment. */
async function eventually(read: () => Promise<StoredRecord[]>, count: number): Promise<StoredRecord[]> {
  const deadline = Date.now() + 60_000;
  let records = await read();
  while (records.length < count && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    records = await read();
  }
  return records;
}

function telemetryOf(run: string): NumberedTelemetry {
  return new NumberedTelemetry({ run, seed: 5, startMs: Date.now() - 60_000, disallowedShare: 0.1 });
}

proof(['loki'], 'The reader of Loki', () => {
  const program = new LoopbackProgram();
  let address: string;

  beforeAll(async () => {
    const [http, grpc] = await Promise.all([freePort(), freePort()]);
    address = `127.0.0.1:${http}`;
    const ours = parse(
      readFileSync(join(__dirname, '../golden/hyperion-dev/config/loki/config.yaml'), 'utf8'),
    ) as Record<string, Record<string, unknown>>;
    const config = {
      ...ours,
      server: {
        ...ours.server,
        http_listen_address: '127.0.0.1',
        http_listen_port: http,
        grpc_listen_address: '127.0.0.1',
        grpc_listen_port: grpc,
      },
      common: {
        ...ours.common,
        path_prefix: program.dir,
        instance_addr: '127.0.0.1',
        storage: { filesystem: { chunks_directory: join(program.dir, 'chunks') } },
      },
      ingester: { ...ours.ingester, wal: { enabled: true, dir: join(program.dir, 'wal') } },
      schema_config: {
        configs: [
          {
            from: '2026-01-01',
            store: 'tsdb',
            object_store: 'filesystem',
            schema: 'v13',
            index: { prefix: 'index_', period: '24h' },
          },
        ],
      },
      storage_config: {
        tsdb_shipper: {
          active_index_directory: join(program.dir, 'index'),
          cache_location: join(program.dir, 'cache'),
        },
      },
      ruler: { storage: { type: 'local', local: { directory: join(program.dir, 'rules') } } },
      compactor: { working_directory: join(program.dir, 'compactor') },
      limits_config: { ...ours.limits_config, retention_period: '0s' },
    };
    const path = program.file('config.yaml', JSON.stringify(config));
    await program.start([await tool('loki'), `-config.file=${path}`], `http://${address}/ready`);
  });
  afterAll(() => program.stop());

  it('finds every number of its run, over several pages', async () => {
    const [ours, other] = [telemetryOf('ours'), telemetryOf('other')];
    const sender = new HttpSender({ address: `${address}/otlp`, timeoutMs: TIMEOUT_MS });
    for (let first = 0; first < NUMBERS.length; first += 2_000) {
      const request = ours.request('logs', NUMBERS.slice(first, first + 2_000));
      expect(await sender.send('logs', request)).toMatchObject(ACCEPTED);
    }
    expect(await sender.send('logs', other.request('logs', [1, 2]))).toMatchObject(ACCEPTED);
    const read = (): Promise<StoredRecord[]> =>
      readLoki(`http://${address}`, { run: 'ours', ...ours.rangeMs(NUMBERS.length) });
    const records = await eventually(read, NUMBERS.length);
    expect(numbersOf(records)).toEqual(NUMBERS);
    // Nothing redacts here, so what a reader shows of a record must have it.
    for (const { content } of records) expect(content).toContain('never-to-be-stored-cookie');
  });
});

proof(['victoria-metrics'], 'The reader of VictoriaMetrics', () => {
  const program = new LoopbackProgram();
  let address: string;

  beforeAll(async () => {
    address = `127.0.0.1:${await freePort()}`;
    const argv = [
      await tool('victoria-metrics'),
      `-httpListenAddr=${address}`,
      `-storageDataPath=${join(program.dir, 'data')}`,
      '-opentelemetry.usePrometheusNaming',
      '-dedup.minScrapeInterval=1ms',
    ];
    await program.start(argv, `http://${address}/health`);
  });
  afterAll(() => program.stop());

  it('finds every number of its run, of gauges, sums and histograms', async () => {
    const [ours, other] = [telemetryOf('ours'), telemetryOf('other')];
    const sender = new HttpSender({ address: `${address}/opentelemetry`, timeoutMs: TIMEOUT_MS });
    expect(await sender.send('metrics', ours.request('metrics', NUMBERS))).toMatchObject(ACCEPTED);
    expect(await sender.send('metrics', other.request('metrics', [1, 2]))).toMatchObject(ACCEPTED);
    const read = (): Promise<StoredRecord[]> =>
      readMetrics(`http://${address}`, { run: 'ours', ...ours.rangeMs(NUMBERS.length) });
    const records = await eventually(read, NUMBERS.length);
    expect(numbersOf(records)).toEqual(NUMBERS);
    expect(records.filter(({ content }) => content.includes('unlisted_flow_')).length).toBe(
      NUMBERS.filter((number) => ours.isDisallowed(number)).length,
    );
  });
});

proof(['kafka', 'otelcol'], 'The reader of Kafka', () => {
  const collector = new LoopbackProgram();
  const platform = samplePlatform('dev');
  const kafka = new Kafka(platform, 'kafka', { ...CLUSTER_PROPS, clusterId: CLUSTER_ID });
  let broker: LoopbackBroker;
  let address: string;
  let metricsUrl: string;

  beforeAll(async () => {
    const files = kafka.configs.flatMap((config) => config.files);
    broker = await LoopbackBroker.prepare(
      await tool('kafka'),
      new Map(files.map(({ name, text }) => [name, text])),
      'nobody.example.com',
    );
    const users = [
      'kafka-admin',
      kafka.monitor.password.name,
      'kafka-otel-ingress',
      'kafka-otel-replay',
      'kafka-tempo',
    ];
    broker.setPasswords(Object.fromEntries(users.map((name) => [name, `word4${name}`])));
    await broker.start([
      ...['format', '--ignore-formatted', `--cluster-id=${CLUSTER_ID}`],
      `--config=${KAFKA_DIRS.config}/server.properties`,
    ]);
    const admin = join(broker.dir, 'config', 'kafka-admin.sh');
    const made = await broker.run('/bin/bash', [admin, 'apply'], {
      env: {
        KAFKA_BOOTSTRAP: broker.bootstrap('clients'),
        KAFKA_BROKER_IDS: '0',
        KAFKA_LISTENERS: 'clients',
      },
    });
    if (made.code !== 0) throw new Error(made.output);
    const [http, health, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
    address = `127.0.0.1:${http}`;
    metricsUrl = `http://127.0.0.1:${metrics}`;
    const config = {
      extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
      receivers: { otlp: { protocols: { http: { endpoint: address } } } },
      processors: {
        'filter/warnings': { log_conditions: ['log.severity_number >= SEVERITY_NUMBER_WARN'] },
      },
      exporters: {
        kafka: {
          brokers: [broker.bootstrap('clients')],
          tls: { ca_file: join(broker.dir, 'tls', 'ca.crt') },
          auth: { sasl: { mechanism: 'PLAIN', username: INGRESS.name, password: 'word4kafka-otel-ingress' } },
          producer: { required_acks: -1, max_message_bytes: 1_000_000, compression: 'lz4' },
          logs: { topic: 'failover-logs', encoding: 'otlp_proto' },
          sending_queue: { enabled: false },
        },
      },
      service: {
        extensions: ['health_check'],
        telemetry: {
          metrics: {
            level: 'normal',
            readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: metrics } } } }],
          },
        },
        pipelines: { logs: { receivers: ['otlp'], processors: ['filter/warnings'], exporters: ['kafka'] } },
      },
    };
    const path = collector.file('config.yaml', JSON.stringify(config));
    await collector.start([await tool('otelcol'), `--config=${path}`], `http://127.0.0.1:${health}/`);
  });
  afterAll(async () => {
    await collector.stop();
    await broker.stop();
  });

  it('finds every number as often as the topic holds it, and the counters say what was dropped', async () => {
    const [ours, other] = [telemetryOf('ours'), telemetryOf('other')];
    const sender = new HttpSender({ address, timeoutMs: TIMEOUT_MS });
    // Some come twice.
    const sent = [...NUMBERS.slice(0, 2_000), 2, 3, 4];
    for (let first = 0; first < sent.length; first += 500) {
      const request = ours.request('logs', sent.slice(first, first + 500));
      expect(await sender.send('logs', request)).toMatchObject(ACCEPTED);
    }
    expect(await sender.send('logs', other.request('logs', [8]))).toMatchObject(ACCEPTED);

    const records = await readTopic(([program, ...args]) => promisify(execFile)(program, args), 'ours', {
      topic: 'failover-logs',
      signal: 'logs',
      partitions: 1,
      bootstrap: broker.bootstrap('clients'),
      binDir: broker.program(''),
      settings: {
        'security.protocol': 'SASL_SSL',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': join(broker.dir, 'tls', 'ca.crt'),
        'sasl.mechanism': 'PLAIN',
        'sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required username="kafka-admin" password="word4kafka-admin";',
      },
    });
    const kept = sent.filter((number) => ours.logTraits(number).severity.text === 'INFO');
    expect(numbersOf(records)).toEqual(kept.sort((a, b) => a - b));
    const ofOther = other.logTraits(8).severity.text === 'INFO' ? 0 : 1;
    expect(
      await readCounter(metricsUrl, 'otelcol_processor_filter_logs_filtered', { filter: 'filter/warnings' }),
    ).toBe(sent.length - kept.length + ofOther);
  });
});
