/** A small environment with a Kafka in it, as the tests of this folder and the proof with a real broker need it. */
import { Duration, Size } from 'cdk8s';
import type { KafkaBuffer, KafkaTopic, KafkaUser } from '../../../constructs/buffer/kafka-buffer';
import type { KafkaClusterProps } from '../../../constructs/buffer/kafka-cluster';
import type { KafkaExternal } from '../../../constructs/buffer/kafka-external';
import { CATALOG } from '../../../constructs/core/catalog';
import { Component } from '../../../constructs/core/component';
import { connect } from '../../../constructs/core/connect';
import type { Credential } from '../../../constructs/core/credential';
import type { Endpoint } from '../../../constructs/core/endpoint';
import { External } from '../../../constructs/core/party';
import { Platform, type Tier } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Workload } from '../../../constructs/core/workload';

export const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

export function samplePlatform(tier: Tier): Platform {
  return new Platform({
    environment: `sample-${tier}`,
    system: 'sample',
    tier,
    zones: tier === 'prod' ? 3 : 1,
    secretStore: { kind: 'azure-key-vault', name: 'vault' },
    survivesOutage: Duration.hours(1),
  });
}

export const INGRESS = user('otel-ingress');
export const REPLAY = user('otel-replay');
export const TEMPO = user('tempo');
export const EGRESS = user('otel-egress');
export const CONSUMER = user('checkpoint-logging');

export const FAILOVER_LOGS: KafkaTopic<'logs'> = {
  name: 'failover-logs',
  signals: ['logs'],
  load: { eventsPerSecond: 10_000, bytesPerSecond: 5_000_000 },
  writers: [INGRESS],
  readers: [{ user: REPLAY, groups: [{ name: 'replay-logs' }] }],
};

export const DEAD_LETTERS: KafkaTopic = {
  name: 'dead-letters',
  signals: ['logs', 'metrics', 'traces'],
  load: { eventsPerSecond: 10, bytesPerSecond: 1000 },
  keep: Duration.days(7),
  writers: [REPLAY],
  readers: [],
};

export const TEMPO_INGEST: KafkaTopic<'traces'> = {
  name: 'tempo-ingest',
  signals: ['traces'],
  load: { eventsPerSecond: 10_000, bytesPerSecond: 6_000_000 },
  // Tempo's client sends batches of up to 16,000,000 bytes (pkg/ingest/writer_client.go of 3.0.3).
  maxMessage: Size.mebibytes(16),
  partitions: 3,
  plainText: "Tempo 3.0's Kafka client has no TLS settings",
  writers: [TEMPO],
  readers: [{ user: TEMPO, groups: [{ name: 'block-builder' }, { prefix: 'tempo-live-store' }] }],
};

/** Read from outside the cluster; not one of `CLUSTER_PROPS`. */
export const EGRESS_LOGS: KafkaTopic<'logs'> = {
  name: 'egress-checkpoint-logging',
  signals: ['logs'],
  load: { eventsPerSecond: 100, bytesPerSecond: 50_000 },
  writers: [EGRESS],
  readers: [{ user: CONSUMER, groups: [{ prefix: 'checkpoint-logging' }] }],
  readersOutside: true,
};

/** For three brokers. */
export const EXTERNAL: KafkaExternal = {
  addresses: ['10.40.16.21', '10.40.16.22', '10.40.16.23'],
  domain: 'kafka.sample.example.com',
};

export const CLUSTER_PROPS = {
  namespace: 'hyperion-pipeline',
  topics: [FAILOVER_LOGS, DEAD_LETTERS, TEMPO_INGEST],
  volume: { size: Size.gibibytes(128), storageClass: 'managed-premium' },
  issuer: { kind: 'Issuer', name: 'pipeline-ca' },
} as const satisfies KafkaClusterProps;

export function user(name: string): KafkaUser {
  return { name, password: SecretRef.named(`kafka-${name}`) };
}

/** Who writes `EGRESS_LOGS`, and who reads it from outside. */
export function connectConsumer(platform: Platform, clients: SampleClients, kafka: KafkaBuffer): void {
  clients.workload('otel-egress').connect(kafka.writeTo(EGRESS_LOGS), {
    signals: ['logs'],
    purpose: 'egress',
    credential: { kind: 'sasl-plain', secret: EGRESS.password },
  });
  const consumer = new External(platform, 'consumer', { description: 'consumer', cidrs: ['10.60.0.0/24'] });
  connect(consumer, kafka.readFrom(EGRESS_LOGS), {
    signals: ['logs'],
    purpose: 'logs for the consumer',
    credential: { kind: 'sasl-plain', secret: CONSUMER.password },
  });
}

/** Everybody whom the sample's topics name, in one component of small workloads, and a scraper for the metrics. */
export class SampleClients extends Component {
  public readonly replay: Workload;

  public constructor(
    scope: Platform,
    kafka: KafkaBuffer,
    metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[],
  ) {
    super(scope, 'clients', { namespace: 'hyperion-pipeline' }, { layer: 'collect', summary: 'clients' });
    const login = (user: KafkaUser): Credential => ({ kind: 'sasl-plain', secret: user.password });
    const ingress = this.workload('otel-ingress');
    ingress.connect(kafka.writeTo(FAILOVER_LOGS), {
      signals: ['logs'],
      purpose: 'failover',
      credential: login(INGRESS),
    });
    this.replay = this.workload('otel-replay');
    this.replay.connect(kafka.readFrom(FAILOVER_LOGS), {
      signals: ['logs'],
      purpose: 'replay',
      credential: login(REPLAY),
    });
    this.replay.connect(kafka.writeTo(DEAD_LETTERS), {
      signals: ['logs', 'metrics', 'traces'],
      purpose: 'refused for good',
      credential: login(REPLAY),
    });
    const tempo = this.workload('tempo');
    for (const endpoint of [kafka.writeTo(TEMPO_INGEST), kafka.readFrom(TEMPO_INGEST)]) {
      tempo.connect(endpoint, { signals: ['traces'], purpose: 'ingest', credential: login(TEMPO) });
    }
    const scraper = this.workload('vmagent');
    for (const endpoint of metrics) scraper.connect(endpoint, { signals: ['metrics'], purpose: 'scrape' });
  }

  public workload(id: string): Workload {
    return new Workload(this, id, {
      kind: 'Deployment',
      uid: 10001,
      drainSeconds: 30,
      container: {
        image: CATALOG['otel-collector'],
        resources: { cpuMillis: 100, memory: Size.mebibytes(128) },
        probes: { readiness: { tcp: 4318 } },
      },
    });
  }
}

/** The one object of this kind and name. */
export function object(component: Component, kind: string, name: string): Record<string, unknown> {
  const found = (component.toJson() as { kind: string; metadata: { name: string } }[]).filter(
    (candidate) => candidate.kind === kind && candidate.metadata.name === name,
  );
  const [only] = found;
  if (found.length !== 1 || only === undefined) throw new Error(`${found.length} objects ${kind}/${name}`);
  return only;
}
