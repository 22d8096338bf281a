/**
 * What every Kafka of the platform is told, whoever runs it; resolved, checked and planned in one place.
 */
import type { Size } from 'cdk8s';
import type { CertificateIssuer } from '../core/certificate';
import type { Component, ComponentProps } from '../core/component';
import type { Problem } from '../core/config-error';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes } from '../core/quantity';
import { SecretRef } from '../core/secrets';
import { accessMistakes, accessOf, type BuiltInUsers, type KafkaAccess } from './kafka-access';
import type { KafkaTopic } from './kafka-buffer';
import { explainExternal, externalMistakes, type KafkaExternal } from './kafka-external';
import {
  explainPlan,
  planTopic,
  topicMistakes,
  volumeFor,
  type KafkaCluster,
  type TopicPlan,
} from './kafka-topics';

export interface KafkaClusterProps extends ComponentProps {
  readonly topics: readonly KafkaTopic[];
  /** Volume of each broker. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** Signs the brokers' certificate; clients trust it. */
  readonly issuer: CertificateIssuer;
  /** @default 3 in prod, 1 in dev */
  readonly brokers?: number;
  /** @default 3, or as many as there are brokers */
  readonly replicationFactor?: number;
  /** @default one less than the copies, so that one broker may be away: 2 in prod, 1 in dev */
  readonly minInSyncReplicas?: number;
  /**
   * For topics with readers outside the cluster; without one, nothing of it is made.
   * @default none: everybody is inside
   */
  readonly external?: KafkaExternal;
  /** Password of the user that creates topics. @default KAFKA_CLUSTER_DEFAULTS.adminPassword */
  readonly adminPassword?: SecretRef;
  /** Password of the exporter's user. @default KAFKA_CLUSTER_DEFAULTS.monitorPassword */
  readonly monitorPassword?: SecretRef;
}

const KAFKA_CLUSTER_DEFAULTS = {
  adminPassword: SecretRef.named('kafka-admin'),
  monitorPassword: SecretRef.named('kafka-exporter'),
} satisfies Partial<KafkaClusterProps>;

const PROD_BROKERS = 3;
const DEV_BROKERS = 1;
const MAX_REPLICATION = 3;

/** Everything that follows from the props, the same for each way to run Kafka. */
export interface ResolvedKafka {
  readonly cluster: KafkaCluster;
  readonly builtIn: BuiltInUsers;
  readonly access: KafkaAccess;
  /** Undefined if nobody reads from outside. */
  readonly external: KafkaExternal | undefined;
  readonly plans: readonly TopicPlan[];
  readonly mistakes: readonly Omit<Problem, 'path'>[];
}

export function resolveKafka(platform: Platform, props: KafkaClusterProps): ResolvedKafka {
  const cluster = clusterOf(platform, props);
  const builtIn = {
    admin: { name: 'kafka-admin', password: props.adminPassword ?? KAFKA_CLUSTER_DEFAULTS.adminPassword },
    monitor: {
      name: 'kafka-exporter',
      password: props.monitorPassword ?? KAFKA_CLUSTER_DEFAULTS.monitorPassword,
    },
  };
  const access = accessOf(props.topics, builtIn);
  return {
    cluster,
    builtIn,
    access,
    external: access.users.external.length === 0 ? undefined : props.external,
    plans: props.topics.map((topic) => planTopic(topic, cluster)),
    mistakes: [
      ...topicMistakes(props.topics, cluster),
      ...accessMistakes(props.topics, builtIn),
      ...externalMistakes(props.topics, cluster.brokers, props.external),
      ...tierMistakes(platform, cluster),
    ],
  };
}

/** Notes where the figures came from, for `hyperion explain`. */
export function explainKafka(
  component: Component,
  topics: readonly KafkaTopic[],
  resolved: ResolvedKafka,
): void {
  const { cluster, plans, external } = resolved;
  for (const [index, plan] of plans.entries()) {
    const topic = topics[index];
    if (topic === undefined) continue;
    component.derived(
      `topic ${plan.name}`,
      `${plan.partitions} partitions × ${humanBytes(plan.retentionBytesPerPartition)}`,
      explainPlan(topic, cluster),
    );
    if (topic.plainText !== undefined) {
      component.derived(`topic ${plan.name}: TLS`, 'none', topic.plainText);
    }
  }
  if (external !== undefined) explainExternal(component, external);
  component.derived(
    'least volume of a broker',
    humanBytes(bytesOf(volumeFor(plans, cluster.brokers))),
    `all topics, ${cluster.replicationFactor} copies, over ${cluster.brokers} brokers`,
  );
}

function clusterOf(platform: Platform, props: KafkaClusterProps): KafkaCluster {
  const brokers = props.brokers ?? (platform.tier === 'prod' ? PROD_BROKERS : DEV_BROKERS);
  const replicationFactor = props.replicationFactor ?? Math.min(brokers, MAX_REPLICATION);
  return {
    brokers,
    replicationFactor,
    minInSyncReplicas: props.minInSyncReplicas ?? Math.max(1, replicationFactor - 1),
    volume: props.volume.size,
    survivesOutageSeconds: platform.survivesOutage.toSeconds(),
  };
}

function tierMistakes(platform: Platform, cluster: KafkaCluster): Omit<Problem, 'path'>[] {
  if (platform.tier !== 'prod' || cluster.brokers >= PROD_BROKERS) return [];
  return [
    {
      property: 'brokers',
      value: cluster.brokers,
      rule: `in production a broker may be lost without losing data or refusing writes: that takes ${PROD_BROKERS}`,
      remedy: `use at least ${PROD_BROKERS}`,
    },
  ];
}
