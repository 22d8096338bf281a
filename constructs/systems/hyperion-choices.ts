/**
 * The choices that an environment makes between two forms of one component: a store in one piece or taken apart, a
 * Kafka of ours or Strimzi's.
 */
import { Kafka } from '../buffer/kafka';
import type { KafkaBuffer } from '../buffer/kafka-buffer';
import { KafkaStrimzi } from '../buffer/kafka-strimzi';
import type { CertificateIssuer } from '../core/certificate';
import { loadOf } from '../core/declared-workload';
import type { Platform } from '../core/platform';
import { ClickHouse } from '../store/clickhouse';
import type { LogStore } from '../store/log-store';
import { Loki } from '../store/loki';
import { LokiDistributed } from '../store/loki-distributed';
import { Tempo } from '../store/tempo';
import { TempoDistributed } from '../store/tempo-distributed';
import type { TraceStore } from '../store/trace-store';
import { NAMESPACES } from './hyperion-namespaces';
import type { HyperionOutside } from './hyperion-outside';
import type { HyperionProps } from './hyperion-props';
import { HYPERION_SECRETS } from './hyperion-secrets';
import { keptTraces, TEMPO_NAME, type HyperionTopics } from './hyperion-topics';

export function kafkaBuffer(
  platform: Platform,
  props: HyperionProps,
  topics: HyperionTopics,
  ground: { readonly issuer: CertificateIssuer; readonly kubernetesApi: HyperionOutside['kubernetesApi'] },
): KafkaBuffer {
  const { volume, external, runBy } = props.kafka;
  const common = {
    namespace: NAMESPACES.pipeline,
    topics: topics.all,
    volume: { size: volume, storageClass: props.storageClass },
    issuer: ground.issuer,
    ...(external === undefined ? {} : { external: { ...external, domain: `kafka.${props.domain}` } }),
  };
  return runBy.kind === 'strimzi'
    ? new KafkaStrimzi(platform, 'kafka', { ...common, ...runBy, kubernetesApi: ground.kubernetesApi })
    : new Kafka(platform, 'kafka', { ...common, clusterId: runBy.clusterId });
}

export function logStore(platform: Platform, props: HyperionProps, outside: HyperionOutside): LogStore {
  const { logs, storageClass } = props;
  const common = {
    namespace: NAMESPACES.store,
    retention: logs.retention,
    chunks: outside.blob('logs'),
    schemaFrom: logs.schemaFrom,
    load: loadOf(props.workload, 'logs'),
  };
  return logs.kind === 'single-binary'
    ? new Loki(platform, 'loki', { ...common, volume: { size: logs.volume, storageClass } })
    : new LokiDistributed(platform, 'loki', { ...common, volumes: { ...logs.volumes, storageClass } });
}

export function traceStore(
  platform: Platform,
  props: HyperionProps,
  outside: HyperionOutside,
  topics: HyperionTopics,
  kafka: () => KafkaBuffer,
): TraceStore {
  const { traces, storageClass } = props;
  const common = {
    namespace: NAMESPACES.store,
    retention: traces.retention,
    blocks: outside.blob('traces'),
  };
  if (traces.kind === 'single-binary') {
    return new Tempo(platform, TEMPO_NAME, {
      ...common,
      volume: { size: traces.volume, storageClass },
      load: keptTraces(props, traces.spans),
    });
  }
  const topic = topics.tempo;
  if (topic === undefined)
    throw new Error('the topics of an environment with Tempo in microservices hold its topic');
  return new TempoDistributed(platform, TEMPO_NAME, {
    ...common,
    volumes: { ...traces.volumes, storageClass },
    topic,
    kafka: { write: kafka().writeTo(topic), read: kafka().readFrom(topic) },
  });
}

export function traceAnalytics(platform: Platform, props: HyperionProps): ClickHouse {
  const { traceAnalytics: choice, storageClass } = props;
  return new ClickHouse(platform, 'clickhouse', {
    namespace: NAMESPACES.store,
    retention: choice.retention,
    volume: { size: choice.volume, storageClass },
    load: keptTraces(props, choice.spans),
    passwords: { writer: HYPERION_SECRETS.clickHouseWriter, reader: HYPERION_SECRETS.clickHouseReader },
    ...(choice.keeperVolume === undefined
      ? {}
      : { keeper: { volume: { size: choice.keeperVolume, storageClass } } }),
  });
}
