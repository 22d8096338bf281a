/**
 * Kafka run by the Strimzi operator: the same topics, users, rules and endpoints as `kafka.ts`, as custom resources.
 * Source: Strimzi 1.x, `kafka.strimzi.io/v1`.
 */
import { JsonPatch, type ApiObjectMetadata } from 'cdk8s';
import type { CertificateSecret } from '../core/certificate';
import { Component } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import {
  Kafka as KafkaResource,
  KafkaNodePool,
  KafkaTopic as KafkaTopicResource,
  KafkaUser as KafkaUserResource,
} from '../core/imports/kafka.strimzi.io';
import { networkPeers, reachOf } from '../core/network-access';
import { OperatorPods } from '../core/operator-pods';
import type { Platform } from '../core/platform';
import { everyUser, usedListeners } from './kafka-access';
import type { Carried, KafkaBuffer, KafkaTopic, KafkaUser } from './kafka-buffer';
import { addKafkaCertificates } from './kafka-certificates';
import { explainKafka, resolveKafka, type KafkaClusterProps, type ResolvedKafka } from './kafka-cluster';
import { CLIENT_LISTENERS } from './kafka-config';
import { TopicEndpoints } from './kafka-endpoints';
import { externalHosts } from './kafka-external';
import { passwordFiles } from './kafka-passwords';
import { KAFKA_SIZING } from './kafka-sizing';
import { topicConfig } from './kafka-topics';
import { renderBrokerPool, renderStrimziKafka, renderStrimziUser } from './strimzi-config';

export interface KafkaStrimziProps extends KafkaClusterProps {
  /** Namespace of the Strimzi cluster operator. */
  readonly operatorNamespace: string;
  /** The brokers read their certificates, and the entity operator its resources, from it. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** @default KAFKA_SIZING.resources */
  readonly resources?: Resources;
}

const POOL = 'brokers';
/** Ports that Strimzi gives its own listeners and the agent by which it sees a broker's state. */
const STRIMZI_PORTS = { controllers: 9090, replication: 9091, agent: 8443 } as const;
export class KafkaStrimzi extends Component implements KafkaBuffer {
  public readonly monitoring: Endpoint<'state', 'kafka'>;
  public readonly monitor: KafkaUser;
  public readonly trust: CertificateSecret;
  private readonly topics: TopicEndpoints;

  public constructor(scope: Platform, id: string, props: KafkaStrimziProps) {
    super(scope, id, props, {
      layer: 'buffer',
      summary: 'Failover and replay buffer (Kafka, run by Strimzi)',
      store: true,
    });
    const resolved = resolveKafka(scope, props);
    for (const mistake of resolved.mistakes) this.problem(mistake);
    explainKafka(this, props.topics, resolved);
    this.monitor = resolved.builtIn.monitor;

    const brokerNames = `*.${id}-kafka-brokers.${this.namespace}.svc`;
    const certificates = addKafkaCertificates(this, props.issuer, [
      this.serviceHost(`${id}-kafka-bootstrap`),
      brokerNames,
      `${brokerNames}.${scope.clusterDomain}`,
      ...externalHosts(id, resolved.external),
    ]);
    this.trust = certificates.trust;
    const kafka = this.addCluster(props, resolved, certificates.brokers);
    this.addTopicsAndUsers(resolved);

    const brokers = this.addParties(props);
    scope.whenComplete(() => {
      this.limitListeners(kafka, brokers, resolved);
    });
    this.topics = new TopicEndpoints(id, brokers, resolved.plans, resolved.external?.domain);
    this.topics.listen(props.topics);
    this.monitoring = brokers.listen({
      ...CLIENT_LISTENERS.clients,
      protocol: 'kafka',
      signals: ['state'],
      access: 'read',
      auth: AuthScheme.secret('sasl-plain', [this.monitor.password]),
    });
  }

  public writeTo<S extends Carried>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'> {
    return this.topics.of(topic, 'write');
  }

  public readFrom<S extends Carried>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'> {
    return this.topics.of(topic, 'read');
  }

  private addCluster(
    props: KafkaStrimziProps,
    resolved: ResolvedKafka,
    certificate: CertificateSecret,
  ): KafkaResource {
    const { cluster, access, builtIn } = resolved;
    const passwords = passwordFiles(this, everyUser(access, builtIn.admin));
    new KafkaNodePool(this, 'pool', {
      metadata: this.belonging(POOL),
      spec: renderBrokerPool({
        brokers: cluster.brokers,
        volume: props.volume,
        resources: props.resources ?? KAFKA_SIZING.resources,
        passwordsSecret: passwords.secretName,
        zones: this.platform.zones,
        labels: this.brokerLabels,
      }),
    });
    return new KafkaResource(this, 'cluster', {
      metadata: { name: this.node.id },
      spec: renderStrimziKafka(this.node.id, resolved, certificate),
    });
  }

  private get brokerLabels(): Readonly<Record<string, string>> {
    return { 'strimzi.io/cluster': this.node.id, 'strimzi.io/name': `${this.node.id}-kafka` };
  }

  private addTopicsAndUsers({ plans, cluster, access }: ResolvedKafka): void {
    for (const plan of plans) {
      new KafkaTopicResource(this, `topic-${plan.name}`, {
        metadata: this.belonging(plan.name),
        spec: {
          partitions: plan.partitions,
          replicas: cluster.replicationFactor,
          config: topicConfig(plan, cluster),
        },
      });
    }
    for (const name of new Set(access.rules.map(({ user }) => user))) {
      const rules = access.rules.filter(({ user }) => user === name);
      new KafkaUserResource(this, `user-${name}`, {
        metadata: this.belonging(name),
        spec: renderStrimziUser(rules),
      });
    }
  }

  /** Who talks to whom among what Strimzi makes, so that the default-deny of the namespace lets it. */
  private addParties(props: KafkaStrimziProps): OperatorPods {
    const id = this.node.id;
    const brokers = new OperatorPods(this, id, {
      labels: this.brokerLabels,
      service: `${id}-kafka-bootstrap`,
    });
    const entityOperator = new OperatorPods(this, `${id}-entity-operator`, {
      labels: { 'strimzi.io/cluster': id, 'strimzi.io/name': `${id}-entity-operator` },
    });
    const clusterOperator = new OperatorPods(this, 'strimzi-cluster-operator', {
      labels: { 'strimzi.io/kind': 'cluster-operator' },
      namespace: props.operatorNamespace,
    });
    const peer = { signals: ['coordination'], access: 'peer', tls: true } as const;
    const controllers = brokers.listen({
      ...peer,
      name: 'controllers',
      port: STRIMZI_PORTS.controllers,
      protocol: 'kafka-raft',
    });
    const replication = brokers.listen({
      ...peer,
      name: 'replication',
      port: STRIMZI_PORTS.replication,
      protocol: 'kafka',
    });
    const agent = brokers.listen({ ...peer, name: 'agent', port: STRIMZI_PORTS.agent, protocol: 'https' });
    const link = (from: OperatorPods, to: Endpoint<'coordination'>, purpose: string): void => {
      from.connect(to, { signals: ['coordination'], purpose });
    };
    link(brokers, controllers, 'metadata quorum (mutual TLS)');
    link(brokers, replication, 'copies of partitions (mutual TLS)');
    link(entityOperator, replication, 'topics and users (mutual TLS)');
    link(clusterOperator, controllers, 'state of the quorum');
    link(clusterOperator, replication, 'rolling restarts without data at risk');
    link(clusterOperator, agent, 'state of each broker');
    const credential = { kind: 'token' } as const;
    for (const [party, purpose] of [
      [brokers, 'certificates of the brokers'],
      [entityOperator, 'KafkaTopic and KafkaUser resources'],
    ] as const) {
      party.connect(props.kubernetesApi, { signals: ['coordination'], purpose, credential });
    }
    return brokers;
  }

  /** Strimzi makes NetworkPolicies of its own, which let everybody in unless a listener names its clients. */
  private limitListeners(kafka: KafkaResource, brokers: OperatorPods, { access }: ResolvedKafka): void {
    for (const [index, listener] of usedListeners(access).entries()) {
      const { port } = CLIENT_LISTENERS[listener];
      const clients = this.platform.graph.into(brokers).filter(({ to }) => to.port === port);
      if (clients.length === 0) continue;
      const peers = new Map(
        clients
          .flatMap(({ from }) => networkPeers(reachOf(from)))
          .map((peer) => [JSON.stringify(peer), peer]),
      );
      const sorted = [...peers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, peer]) => peer);
      kafka.addJsonPatch(JsonPatch.add(`/spec/kafka/listeners/${index}/networkPolicyPeers`, sorted));
    }
  }

  /** Of a resource that belongs to the cluster by its label. */
  private belonging(name: string): ApiObjectMetadata {
    return { name, labels: { 'strimzi.io/cluster': this.node.id } };
  }
}
