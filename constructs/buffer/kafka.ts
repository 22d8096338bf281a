/**
 * Kafka, the failover and replay buffer, in a StatefulSet of its own: every pod is broker and controller (KRaft).
 * Takes topics with their writers and readers; gives an endpoint to write and one to read each of them.
 * `kafka-strimzi.ts` gives the same, run by the Strimzi operator; `kafka-legacy.ts` with ZooKeeper.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec } from '../core/container-spec';
import type { Platform } from '../core/platform';
import { KAFKA_DIRS } from './kafka-config';
import { KRAFT_PEERS, renderKraft, renderKraftLogging } from './kraft-config';
import { StatefulKafka, type StatefulKafkaProps } from './stateful-kafka';

export interface KafkaProps extends StatefulKafkaProps {
  /**
   * Names this cluster's data, so that a broker never joins another cluster with it: 16 random bytes in URL-safe
   * base64, 22 characters (`kafka-storage.sh random-uuid`). Not a secret; never changed once data was written.
   */
  readonly clusterId: string;
}

export class Kafka extends StatefulKafka {
  public constructor(scope: Platform, id: string, props: KafkaProps) {
    super(scope, id, props, {
      summary: 'Failover and replay buffer (Kafka, KRaft, plain StatefulSet)',
      image: CATALOG.kafka,
      peers: KRAFT_PEERS,
      properties: renderKraft,
      logging: {
        file: (platform) => ConfigFile.yaml(platform, 'log4j2.yaml', renderKraftLogging()),
        option: `-Dlog4j2.configurationFile=${KAFKA_DIRS.config}/log4j2.yaml`,
      },
      format: formatCommand(props.clusterId),
    });
    if (isClusterId(props.clusterId)) return;
    this.problem({
      property: 'clusterId',
      value: props.clusterId,
      rule: 'a cluster ID is 16 bytes in URL-safe base64: 22 characters of A-Z, a-z, 0-9, - and _, the first no -',
      remedy: 'make one with `kafka-storage.sh random-uuid` and never change it again',
    });
  }
}

/** Refuses a volume of another cluster; leaves one alone that is formatted already. */
function formatCommand(clusterId: string): Pick<ContainerSpec, 'command' | 'args' | 'resources'> {
  return {
    command: ['/opt/kafka/bin/kafka-storage.sh'],
    args: [
      'format',
      '--ignore-formatted',
      `--cluster-id=${clusterId}`,
      `--config=${KAFKA_DIRS.config}/server.properties`,
    ],
    resources: { cpuMillis: 250, memory: Size.mebibytes(512) },
  };
}

function isClusterId(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 16 && bytes.toString('base64url') === text && !text.startsWith('-');
}
