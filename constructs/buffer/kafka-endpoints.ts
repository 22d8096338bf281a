/**
 * The endpoints of a Kafka's topics: for each one to write to and one to read from, all over the listener that its
 * clients can speak.
 */
import { AuthScheme } from '../core/credential';
import type { Endpoint, EndpointProps, Protocol, Signal } from '../core/endpoint';
import type { Carried, KafkaTopic } from './kafka-buffer';
import { listenerOf } from './kafka-access';
import { CLIENT_LISTENERS } from './kafka-config';
import type { TopicPlan } from './kafka-topics';

/** Whoever can open a port: a workload of ours, or Strimzi's brokers. */
export interface Listener {
  listen<const S extends Signal, P extends Protocol>(props: EndpointProps<S, P>): Endpoint<S, P>;
}

export class TopicEndpoints {
  private readonly byTopic = new Map<string, Endpoint>();

  public constructor(
    private readonly kafka: string,
    private readonly listener: Listener,
    private readonly plans: readonly TopicPlan[],
    /** Name by which readers outside first connect; undefined where there are none. */
    private readonly externalHost: string | undefined,
  ) {}

  public listen(topics: readonly KafkaTopic[]): void {
    for (const topic of topics) {
      const readers = topic.readers.map(({ user }) => user);
      if (topic.writers.length > 0) this.add(topic, 'write', topic.writers);
      if (readers.length > 0) this.add(topic, 'read', readers);
    }
  }

  public of<S extends Carried>(topic: KafkaTopic<S>, access: 'write' | 'read'): Endpoint<S, 'kafka'> {
    const endpoint = this.byTopic.get(key(topic.name, access));
    if (endpoint === undefined) {
      throw new Error(
        `${this.kafka}: nobody may ${access} topic ${JSON.stringify(topic.name)}; give the topic to ${this.kafka}, with its ` +
          (access === 'write' ? 'writers' : 'readers'),
      );
    }
    // It was made from this topic, so it takes the topic's signals; a map cannot say so.
    return endpoint as Endpoint<S, 'kafka'>;
  }

  private add(topic: KafkaTopic, access: 'write' | 'read', users: KafkaTopic['writers']): void {
    const plan = this.plans.find(({ name }) => name === topic.name);
    const listener = listenerOf(topic, access);
    const endpoint = this.listener.listen({
      ...CLIENT_LISTENERS[listener],
      ...(listener === 'external' && this.externalHost !== undefined
        ? { via: { host: this.externalHost } }
        : {}),
      protocol: 'kafka',
      signals: topic.signals,
      access,
      topic: topic.name,
      auth: AuthScheme.secret(
        'sasl-plain',
        users.map(({ password }) => password),
      ),
      ...(plan === undefined
        ? {}
        : { queue: { capacity: plan.capacity, retentionSeconds: plan.retentionSeconds } }),
    });
    this.byTopic.set(key(topic.name, access), endpoint);
  }
}

function key(topic: string, access: 'write' | 'read'): string {
  return `${access} ${topic}`;
}
