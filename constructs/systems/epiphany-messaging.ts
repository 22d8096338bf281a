/**
 * Messaging between the applications of Epiphany: a Kafka in one of two profiles, its topics, and who uses them.
 */
import { Kafka } from '../buffer/kafka';
import type { KafkaBuffer, KafkaTopic, KafkaUser } from '../buffer/kafka-buffer';
import { KafkaLegacy } from '../buffer/kafka-legacy';
import { Zookeeper } from '../buffer/zookeeper';
import type { CertificateIssuer } from '../core/certificate';
import { connect } from '../core/connect';
import type { External } from '../core/party';
import type { Platform } from '../core/platform';
import { SecretRef } from '../core/secrets';
import type { EpiphanyProps, MessageTopic } from './epiphany-props';

export interface MessagingProps extends Pick<EpiphanyProps, 'messaging' | 'storageClass'> {
  readonly namespace: string;
  readonly issuer: CertificateIssuer;
}

/** The Kafka of the chosen profile; with ZooKeeper, its ensemble too. */
export function messageBroker(platform: Platform, props: MessagingProps): Kafka | KafkaLegacy {
  const { namespace, issuer, storageClass } = props;
  const { profile, volume } = props.messaging;
  const common = {
    namespace,
    issuer,
    topics: messageTopics(props.messaging.topics),
    volume: { size: volume, storageClass },
    jmx: true,
  } as const;
  if (profile.kind === 'kraft') {
    return new Kafka(platform, 'kafka', { ...common, clusterId: profile.clusterId });
  }
  const zookeeper = new Zookeeper(platform, 'zookeeper', {
    namespace,
    issuer,
    volume: { size: profile.ensembleVolume, storageClass },
    jmx: true,
  });
  return new KafkaLegacy(platform, 'kafka-legacy', { ...common, zookeeper });
}

/** Each application's way to its topics. */
export function useTopics(
  platform: Platform,
  topics: readonly MessageTopic[],
  kafka: KafkaBuffer,
  applications: ReadonlyMap<string, External>,
): void {
  for (const topic of messageTopics(topics)) {
    const open = (property: 'writers' | 'readers', users: readonly KafkaUser[]): void => {
      for (const { name, password } of users) {
        const application = applications.get(name);
        if (application === undefined) {
          platform.report(`messaging/topics/${topic.name}`, {
            property,
            value: name,
            rule: `the applications are ${[...applications.keys()].join(', ') || 'none'}`,
            remedy: 'name one of them, or add this one to applications',
          });
          continue;
        }
        connect(application, property === 'writers' ? kafka.writeTo(topic) : kafka.readFrom(topic), {
          signals: ['messages'],
          purpose: `messages of ${topic.name}`,
          credential: { kind: 'sasl-plain', secret: password },
        });
      }
    };
    open('writers', topic.writers);
    open(
      'readers',
      topic.readers.map(({ user }) => user),
    );
  }
}

function messageTopics(topics: readonly MessageTopic[]): KafkaTopic<'messages'>[] {
  return topics.map(({ name, load: { perSecond, bytesEach }, writers, readers, keep }) => ({
    name,
    signals: ['messages'],
    load: { eventsPerSecond: perSecond, bytesPerSecond: perSecond * bytesEach },
    writers: writers.map(userOf),
    readers: readers.map((reader) => ({ user: userOf(reader), groups: [{ prefix: reader }] })),
    keep,
  }));
}

function userOf(application: string): KafkaUser {
  return { name: application, password: SecretRef.named(`kafka-${application}-password`) };
}
