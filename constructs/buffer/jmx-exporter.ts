/**
 * The JMX exporter: a Java agent that reads a program's own figures (MBeans) inside its process and gives them as
 * metrics. Source: its documentation, "Java Agent", "Rules" (1.5); a real Kafka and a real ZooKeeper run with it in
 * `test/proof/kafka-profiles.test.ts`.
 *
 * Its makers publish a jar and no image, and since 1.1 not to Maven Central either (strimzi-kafka-operator #10917). So
 * the jar comes from an image that carries it, Strimzi's Kafka, which names its folder in `JMX_EXPORTER_HOME`: an init
 * container copies it into a folder of the pod.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Workload } from '../core/workload';

/** One pattern over `domain<properties><attribute>value`, and the metric that it becomes. */
export interface JmxRule {
  readonly pattern: string;
  readonly name: string;
  readonly type: 'COUNTER' | 'GAUGE';
  readonly labels?: Readonly<Record<string, string>>;
}

export interface JmxRules {
  /** Only these are asked for: all MBeans of a broker take seconds. */
  readonly includeObjectNames: readonly string[];
  readonly lowercaseOutputName: true;
  readonly rules: readonly JmxRule[];
}

/** What a pod needs to run with the agent. */
export interface JmxAgent {
  readonly initContainer: ContainerSpec & { readonly name: string };
  readonly configs: NonNullable<ContainerSpec['configs']>;
  readonly scratch: NonNullable<ContainerSpec['scratch']>;
  readonly javaOption: string;
  readonly listen: (workload: Workload) => Endpoint<'metrics', 'prometheus-scrape'>;
}

/** The port that Prometheus' list of exporters gives to it. */
const JMX_PORT = 9404;
export const JMX_DIRS = { agent: '/opt/hyperion/jmx', config: '/etc/hyperion/jmx' } as const;
const JAR = 'jmx_prometheus_javaagent.jar';
const AGENT_VOLUME = { name: 'jmx-agent', size: Size.mebibytes(64) } as const;

/** What the document watches: brokers' state, requests, partitions, traffic. */
export const KAFKA_JMX_RULES: JmxRules = {
  includeObjectNames: [
    'kafka.server:type=ReplicaManager,*',
    'kafka.server:type=BrokerTopicMetrics,*',
    'kafka.server:type=KafkaRequestHandlerPool,*',
    'kafka.server:type=KafkaServer,*',
    'kafka.controller:type=KafkaController,*',
    'kafka.network:type=RequestMetrics,name=TotalTimeMs,*',
    'kafka.network:type=RequestMetrics,name=RequestsPerSec,*',
    'kafka.log:type=LogManager,*',
  ],
  lowercaseOutputName: true,
  rules: [
    {
      pattern: 'kafka.(\\w+)<type=(\\w+), name=(\\w+)PerSec, topic=(.+)><>Count',
      name: 'kafka_$1_$2_$3_total',
      type: 'COUNTER',
      labels: { topic: '$4' },
    },
    // The same for each version of a request is one figure too many.
    {
      pattern: 'kafka.(\\w+)<type=(\\w+), name=(\\w+)PerSec, request=(.+), version=(.+)><>Count',
      name: 'kafka_$1_$2_$3_total',
      type: 'COUNTER',
      labels: { request: '$4', version: '$5' },
    },
    {
      pattern: 'kafka.(\\w+)<type=(\\w+), name=(\\w+)PerSec><>Count',
      name: 'kafka_$1_$2_$3_total',
      type: 'COUNTER',
    },
    {
      pattern:
        'kafka.network<type=RequestMetrics, name=TotalTimeMs, request=(Produce|Fetch\\w+)><>99thPercentile',
      name: 'kafka_network_requestmetrics_totaltimems_p99',
      type: 'GAUGE',
      labels: { request: '$1' },
    },
    { pattern: 'kafka.(\\w+)<type=(\\w+), name=(\\w+)><>Value', name: 'kafka_$1_$2_$3', type: 'GAUGE' },
  ],
};

/** Beside its own metrics of the Prometheus provider, for dashboards that know these. */
export const ZOOKEEPER_JMX_RULES: JmxRules = {
  includeObjectNames: ['org.apache.ZooKeeperService:*'],
  lowercaseOutputName: true,
  rules: [
    {
      pattern: 'org.apache.ZooKeeperService<name0=ReplicatedServer_id(\\d+)><>(QuorumSize)',
      name: 'zookeeper_jmx_$2',
      type: 'GAUGE',
      labels: { server: '$1' },
    },
    {
      pattern:
        'org.apache.ZooKeeperService<name0=ReplicatedServer_id(\\d+), name1=replica.\\d+, name2=(Leader|Follower)><>(\\w+)',
      name: 'zookeeper_jmx_$3',
      type: 'GAUGE',
      labels: { server: '$1', role: '$2' },
    },
    {
      pattern: 'org.apache.ZooKeeperService<name0=StandaloneServer_port(\\d+)><>(\\w+)',
      name: 'zookeeper_jmx_$2',
      type: 'GAUGE',
      labels: { role: 'Standalone' },
    },
  ],
};

export function jmxAgent(component: Component, rules: JmxRules): JmxAgent {
  const config = component.configMap(`${component.node.id}-jmx`, [
    ConfigFile.yaml(component.platform, 'jmx.yaml', rules),
  ]);
  const scratch = [{ ...AGENT_VOLUME, mountPath: JMX_DIRS.agent }];
  return {
    initContainer: {
      name: 'jmx-agent',
      image: CATALOG['jmx-exporter'],
      command: [
        '/bin/sh',
        '-c',
        `cp "$JMX_EXPORTER_HOME"/jmx_prometheus_javaagent*.jar ${JMX_DIRS.agent}/${JAR}`,
      ],
      resources: { cpuMillis: 50, memory: Size.mebibytes(32) },
      scratch,
    },
    configs: [{ mountPath: JMX_DIRS.config, config }],
    scratch,
    javaOption: `-javaagent:${JMX_DIRS.agent}/${JAR}=${JMX_PORT}:${JMX_DIRS.config}/jmx.yaml`,
    listen: (workload) =>
      workload.listenForScrapes({
        name: 'jmx',
        port: JMX_PORT,
      }),
  };
}
