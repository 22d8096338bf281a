/**
 * External consumers: each an entry of the egress collector, a topic, a login, and a reader outside the cluster.
 */
import type { KafkaBuffer } from '../buffer/kafka-buffer';
import type { EgressConsumer } from '../collect/otel-egress';
import type { KafkaAccess } from '../collect/otel/kafka';
import { connect } from '../core/connect';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { HyperionProps } from './hyperion-props';
import { consumerTopic, consumerUser } from './hyperion-topics';

/** The egress collector's entries, each with the topic that it writes. */
export function egressConsumers(
  { consumers, workload }: HyperionProps,
  kafka: KafkaBuffer,
  access: KafkaAccess,
): EgressConsumer[] {
  return consumers.map((consumer) => {
    const { load } = consumerTopic(consumer, workload);
    const common = { kafka: access, load };
    // One branch a signal: each keeps the type of its topic.
    switch (consumer.signal) {
      case 'logs':
        return { ...common, ...consumer, topic: kafka.writeTo(consumerTopic(consumer, workload)) };
      case 'traces':
        return { ...common, ...consumer, topic: kafka.writeTo(consumerTopic(consumer, workload)) };
      case 'metrics':
        return { ...common, ...consumer, topic: kafka.writeTo(consumerTopic(consumer, workload)) };
    }
  });
}

/** The readers at the far end, which the network has to let in. */
export function readFromOutside(
  platform: Platform,
  { consumers, workload }: HyperionProps,
  kafka: KafkaBuffer,
): void {
  for (const consumer of consumers) {
    const reader = new External(platform, `consumer-${consumer.name}`, {
      description: `External consumer ${consumer.name}`,
      cidrs: consumer.cidrs,
    });
    connect(reader, kafka.readFrom(consumerTopic(consumer, workload)), {
      signals: [consumer.signal],
      purpose: `${consumer.signal} for ${consumer.name}`,
      credential: { kind: 'sasl-plain', secret: consumerUser(consumer).password },
    });
  }
}
