/**
 * Kafka 3.9 with ZooKeeper, the profile of systems that have not moved to KRaft yet. It is past its end of life, so an
 * environment with it carries a waiver; docs/guides/kafka-migration.md leads out of it. To writers and readers it is
 * the same as `kafka.ts`.
 */
import { CATALOG } from '../core/catalog';
import { ConfigFile } from '../core/config-file';
import type { Platform } from '../core/platform';
import { KAFKA_DIRS } from './kafka-config';
import { LEGACY_PEERS, renderKafkaLegacy, renderKafkaLegacyLogging } from './kafka-legacy-config';
import { StatefulKafka, type StatefulKafkaProps } from './stateful-kafka';
import type { Zookeeper } from './zookeeper';

export interface KafkaLegacyProps extends StatefulKafkaProps {
  /** Keeps its metadata. Both certificates come from one issuer, or neither end knows the other. */
  readonly zookeeper: Pick<Zookeeper, 'clients'>;
}

export class KafkaLegacy extends StatefulKafka {
  public constructor(scope: Platform, id: string, props: KafkaLegacyProps) {
    const { clients } = props.zookeeper;
    super(scope, id, props, {
      summary: 'Message buffer (Kafka 3.9 with ZooKeeper, legacy profile)',
      image: CATALOG['kafka-legacy'],
      peers: LEGACY_PEERS,
      properties: (config) => renderKafkaLegacy(config, clients.hostPort),
      logging: {
        file: () => ConfigFile.properties('log4j.properties', renderKafkaLegacyLogging()),
        option: `-Dlog4j.configuration=file:${KAFKA_DIRS.config}/log4j.properties`,
      },
    });
    this.brokers.connect(clients, {
      signals: ['coordination'],
      purpose: 'metadata of topics, users and brokers (mutual TLS)',
    });
  }
}
