/** The running platform `hyperion`, as its senders and its readers see it: where each signal goes in, and where it is found. */
import type { ExternalConsumer } from '../../../constructs/systems/hyperion-props';
import { sumOf } from './collector-counters';
import type { FlowCluster } from './flow-cluster';
import { GrpcSender } from './grpc-sender';
import { HttpSender } from './http-sender';
import { LIMITS } from './limits';
import { readLoki } from './loki-reader';
import { readMetrics } from './metrics-reader';
import type { NumberedTelemetry } from './numbered-telemetry';
import type { Signal } from './otlp';
import type { Sender } from './sender';
import { readSpans } from './span-reader';
import { getText, type StoredRecord } from './stored-record';
import { readTopic } from './topic-reader';

/** What takes a signal first after the entry, and keeps it until its store has it. */
export const PROCESSORS = ['otel-logs', 'otel-metrics', 'otel-traces'] as const;

/** Counters of the collector's exporters. */
const SENT: Readonly<Record<Signal, string>> = {
  logs: 'otelcol_exporter_sent_log_records',
  metrics: 'otelcol_exporter_sent_metric_points',
  traces: 'otelcol_exporter_sent_spans',
};

export class HyperionPlatform {
  /** @param logStore the Service that answers queries for logs */
  constructor(
    private readonly cluster: FlowCluster,
    private readonly logStore = 'loki',
  ) {}

  /** Two of each protocol; `close` them. */
  public senders(): Sender[] {
    const token = this.cluster.secret('tenant-shop-token');
    return [this.grpc(token), this.http(token), this.grpc(token), this.http(token)];
  }

  public grpc(token?: string): Sender {
    return new GrpcSender({
      address: this.at('otel-ingress', 4317),
      timeoutMs: LIMITS.requestTimeoutMs,
      ...(token === undefined ? {} : { token }),
    });
  }

  public http(token?: string): Sender {
    return new HttpSender({
      address: this.at('otel-ingress', 4318),
      timeoutMs: LIMITS.requestTimeoutMs,
      ...(token === undefined ? {} : { token }),
    });
  }

  /** What the signal's store has of a run's records up to `last`. */
  public stored(signal: Signal, telemetry: NumberedTelemetry, last: number): Promise<StoredRecord[]> {
    const range = { run: telemetry.run, ...telemetry.rangeMs(last) };
    switch (signal) {
      case 'logs':
        return readLoki(`http://${this.at(this.logStore, 3100)}`, range);
      case 'metrics':
        return readMetrics(`http://${this.at('victoria-metrics-select', 8481)}/select/0/prometheus`, range);
      case 'traces':
        return readSpans((sql) => this.askClickHouse(sql), telemetry.run);
    }
  }

  /** The replay collector, which alone writes them, counts what it puts aside: most often the topic need not be read. */
  public async deadLetters(signal: Signal, run: string): Promise<StoredRecord[]> {
    const text = await getText(`http://${this.at('otel-replay', 8888)}/metrics`);
    const putAside = sumOf(text, SENT[signal], { exporter: `kafka/${signal}-dead-letters` }) ?? 0;
    return putAside === 0 ? [] : this.topic(`dead-letter-${signal}`, signal, run);
  }

  public copiesFor({ name, signal }: ExternalConsumer, run: string): Promise<StoredRecord[]> {
    return this.topic(`egress-${name}`, signal, run);
  }

  /** Points that the entry dropped since its start, for their metrics are not on the allow-list. */
  public async disallowedPoints(): Promise<number> {
    const text = await getText(`http://${this.at('otel-ingress', 8888)}/metrics`);
    const labels = { filter: 'filter/allowed-metrics' };
    return sumOf(text, 'otelcol_processor_filter_datapoints_filtered', labels) ?? 0;
  }

  /** Kills, waits, brings back, and waits until it is ready. */
  public async takeAway(workloads: readonly string[], whileAway: () => Promise<void>): Promise<void> {
    await Promise.all(workloads.map((workload) => this.cluster.hold(workload)));
    try {
      await whileAway();
    } finally {
      await Promise.all(workloads.map((workload) => this.cluster.release(workload)));
    }
    await this.cluster.whenReady({ workloads, timeoutMs: LIMITS.readyMs });
  }

  private async askClickHouse(sql: string): Promise<string> {
    const response = await fetch(`http://${this.at('clickhouse', 8123)}/`, {
      method: 'POST',
      body: sql,
      headers: {
        'x-clickhouse-user': 'grafana',
        'x-clickhouse-key': this.cluster.secret('clickhouse-grafana-password'),
      },
      signal: AbortSignal.timeout(LIMITS.requestTimeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`ClickHouse: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }

  /** Read within the broker's pod, as its administrator: what the topic holds is asked, not who may read it. */
  private topic(topic: string, signal: Signal, run: string): Promise<StoredRecord[]> {
    const passwords = '/etc/hyperion/passwords';
    return readTopic((argv) => this.execInKafka(argv), run, {
      topic,
      signal,
      partitions: 1,
      // Its own address: the way over the Service is closed to it.
      bootstrap: 'kafka-0.kafka-headless.hyperion-pipeline.svc.cluster.local:9093',
      binDir: '/opt/kafka/bin',
      settings: {
        'security.protocol': 'SASL_SSL',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': '/etc/hyperion/tls/ca.crt',
        'sasl.mechanism': 'PLAIN',
        'config.providers': 'directory',
        'config.providers.directory.class': 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
        'config.providers.directory.param.allowed.paths': passwords,
        'sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
          `username="kafka-admin" password="\${directory:${passwords}:kafka-admin}";`,
      },
    });
  }

  private execInKafka(
    argv: readonly string[],
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
    // Not the broker's own heap and log.
    const environment = ['-u', 'KAFKA_LOG4J_OPTS', 'KAFKA_HEAP_OPTS=-Xmx128m'];
    return this.cluster.exec('kafka-0', ['/usr/bin/env', ...environment, ...argv], {
      timeoutMs: LIMITS.readyMs,
    });
  }

  private at(service: string, port: number): string {
    const { host, port: actual } = this.cluster.address(service, port);
    return `${host}:${actual}`;
  }
}
