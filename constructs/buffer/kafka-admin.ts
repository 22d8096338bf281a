/**
 * The tasks that administer Kafka: one run for each change of topics and access rules, and a daily one that makes the
 * brokers read their renewed certificate.
 */
import { Duration, Size } from 'cdk8s';
import type { CatalogEntry } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Endpoint } from '../core/endpoint';
import { Task } from '../core/task';
import { clientJaas, directoryProvider, type KafkaAccess } from './kafka-access';
import { KAFKA_ADMIN_SCRIPT } from './kafka-admin-script';
import type { KafkaUser } from './kafka-buffer';
import { KAFKA_DIRS, KAFKA_UID, type Properties } from './kafka-config';
import { passwordFiles } from './kafka-passwords';
import { topicConfig, type KafkaCluster, type TopicPlan } from './kafka-topics';

export interface KafkaAdminProps extends KafkaAdminFilesProps {
  /** The brokers' own image, with the tools that fit them. */
  readonly image: CatalogEntry;
  /** On which the brokers show their certificate. */
  readonly tlsListeners: readonly string[];
  /** Where the administrator logs in. */
  readonly endpoint: Endpoint<'coordination', 'kafka'>;
  readonly trust: CertificateSecret;
}

/** A day is soon enough: a certificate is renewed a month before its end. */
const CERTIFICATE_SCHEDULE = '17 4 * * *';
/** Some seconds for each topic that changes, and time for brokers that are only just starting. */
const DEADLINE = Duration.minutes(30);

export function addKafkaAdmin(component: Component, props: KafkaAdminProps): void {
  const { admin, cluster, endpoint } = props;
  const id = component.node.id;
  const config = component.configMap(`${id}-admin`, kafkaAdminFiles(props));
  const task = (name: string, action: string, env: Record<string, string>, schedule?: string): Task =>
    new Task(component, name, {
      uid: KAFKA_UID,
      deadline: DEADLINE,
      ...(schedule === undefined ? {} : { schedule }),
      container: {
        image: props.image,
        command: ['/bin/bash', `${KAFKA_DIRS.config}/kafka-admin.sh`],
        args: [action],
        env: { KAFKA_BOOTSTRAP: endpoint.hostPort, LOG_DIR: '/tmp/logs', ...env },
        configs: [{ mountPath: KAFKA_DIRS.config, config }],
        secretFiles: [
          { mountPath: KAFKA_DIRS.tls, secretName: props.trust.secretName, keys: ['ca.crt'] },
          passwordFiles(component, [admin]),
        ],
        scratch: [{ mountPath: '/tmp', size: Size.mebibytes(64) }],
        // Each tool is a Java program with 256 MiB of heap, one at a time.
        resources: { cpuMillis: 500, memory: Size.mebibytes(512) },
      },
    });
  const credential = { kind: 'sasl-plain', secret: admin.password } as const;
  task(`${id}-topics`, 'apply', {}).connect(endpoint, {
    signals: ['coordination'],
    purpose: 'topics and access rules',
    credential,
  });
  const brokerIds = Array.from({ length: cluster.brokers }, (_, broker) => broker).join(' ');
  // A broker that has run since before the last renewal would end up alone, with a certificate that no other takes.
  task(
    `${id}-certificates`,
    'reload-certificates',
    { KAFKA_BROKER_IDS: brokerIds, KAFKA_LISTENERS: props.tlsListeners.join(' ') },
    CERTIFICATE_SCHEDULE,
  ).connect(endpoint, { signals: ['coordination'], purpose: 'renewed certificates', credential });
}

interface KafkaAdminFilesProps {
  readonly admin: KafkaUser;
  readonly plans: readonly TopicPlan[];
  readonly access: KafkaAccess;
  readonly cluster: KafkaCluster;
}

function kafkaAdminFiles(props: KafkaAdminFilesProps): ConfigFile[] {
  return [
    ConfigFile.lines('kafka-admin.sh', KAFKA_ADMIN_SCRIPT),
    ConfigFile.properties('admin.properties', adminProperties(props.admin)),
    ConfigFile.lines(
      'topics.txt',
      props.plans.map((plan) => topicLine(plan, props.cluster)),
    ),
    ConfigFile.lines(
      'acls.txt',
      props.access.rules.map((rule) =>
        [rule.resource, rule.name, rule.pattern, rule.user, rule.operation].join(' '),
      ),
    ),
  ];
}

/** Every Java client of ours logs in so. */
function adminProperties(admin: KafkaUser): Properties {
  return {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config': clientJaas(admin, KAFKA_DIRS.passwords),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${KAFKA_DIRS.tls}/ca.crt`,
    'config.providers': 'directory',
    ...directoryProvider(KAFKA_DIRS.passwords),
  };
}

/** Name, partitions, copies, settings: `failover-logs 3 3 cleanup.policy=delete,…`. */
function topicLine(plan: TopicPlan, cluster: KafkaCluster): string {
  const settings = Object.entries(topicConfig(plan, cluster)).map(([key, value]) => `${key}=${value}`);
  return [plan.name, plan.partitions, cluster.replicationFactor, settings.join(',')].join(' ');
}
