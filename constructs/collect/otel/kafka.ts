/**
 * The collector as a client of Kafka: a topic written so that an answer means that every in-sync replica has the
 * data, a topic read so that an offset is committed only after delivery, and the login that both need.
 */
import { addCertificate, type CertificateIssuer } from '../../core/certificate';
import type { Component } from '../../core/component';
import type { ContainerSpec, EnvSource } from '../../core/container-spec';
import type { Credential } from '../../core/credential';
import type { AnyEndpoint, Endpoint, Telemetry } from '../../core/endpoint';
import type { SecretRef } from '../../core/secrets';
import type { KafkaClient, KafkaExporter, KafkaReceiver, Retry, SendingQueue } from './transports';

/** A user of Kafka and its password (SASL PLAIN, inside TLS). */
export interface KafkaLogin {
  readonly name: string;
  readonly password: SecretRef;
}

export interface KafkaAccess {
  readonly login: KafkaLogin;
  /** Issues from the CA that the brokers' certificates come from: its `ca.crt` is what this client trusts. */
  readonly issuer: CertificateIssuer;
}

const CA_DIR = '/etc/kafka-ca';

/** One batch, before compression, with room for a record's envelope below the message's limit. */
const BATCH_BYTES = 900_000;
/** The topic's `max.message.bytes` must not be less; Kafka's own default is 1,048,588. */
const MESSAGE_BYTES = 1_000_000;
/** What requests may hold in memory while their batch is written: 64 MiB is a second at 64 MiB/s. */
const IN_FLIGHT_BYTES = 64 * 1024 ** 2;

/**
 * Batches under way at once. When all of Kafka dies, a batch whose fate is unknown cannot be given up without breaking
 * the producer's sequence (franz-go #930): it holds its place until Kafka is back, and its senders run into their own
 * time-out. At a batch of 0.9 MB in 20 ms there are one or two of them, so others still find a place, and their 503.
 */
const WRITERS = 100;

/** Answers only when the batch was written, or after the exporter's time-out. */
const WRITE_THROUGH: SendingQueue = {
  enabled: true,
  sizer: 'bytes',
  queue_size: IN_FLIGHT_BYTES,
  num_consumers: WRITERS,
  wait_for_result: true,
  block_on_overflow: true,
  batch: { flush_timeout: '200ms', sizer: 'bytes', min_size: 8192, max_size: BATCH_BYTES },
};

export interface KafkaWriteOptions {
  /** @default WRITE_THROUGH */
  readonly queue?: SendingQueue;
  /** @default none */
  readonly retry?: Retry;
  /** Put on every record. */
  readonly headers?: Readonly<Record<string, string>>;
  /** One message a trace, keyed by its id, so that a trace stays in one partition. @default false */
  readonly keyByTrace?: boolean;
}

export function kafkaExporter(
  signal: Telemetry,
  topic: AnyEndpoint,
  access: KafkaAccess,
  options: KafkaWriteOptions = {},
): KafkaExporter {
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => ({ name, value }));
  return {
    ...kafkaClient(topic, access),
    timeout: '5s',
    producer: {
      required_acks: -1,
      max_message_bytes: MESSAGE_BYTES,
      compression: 'lz4',
      allow_auto_topic_creation: false,
    },
    [signal]: { topic: topicOf(topic), encoding: 'otlp_proto' },
    ...(options.keyByTrace === true ? { partition_traces_by_id: true } : {}),
    ...(headers.length === 0 ? {} : { record_headers: headers }),
    sending_queue: options.queue ?? WRITE_THROUGH,
    retry_on_failure: options.retry ?? { enabled: false },
  };
}

/** A failing delivery holds its partition and is tried again, without end. */
export function kafkaReceiver(
  signal: Telemetry,
  topic: AnyEndpoint,
  access: KafkaAccess,
  groupId: string,
): KafkaReceiver {
  return {
    ...kafkaClient(topic, access),
    group_id: groupId,
    initial_offset: 'earliest',
    autocommit: { enable: false },
    // Permanent is only what cannot be decoded: never written by this platform, and it would block its partition.
    message_marking: { after: true, on_error: false, on_permanent_error: true },
    error_backoff: {
      enabled: true,
      initial_interval: '1s',
      max_interval: '5s',
      max_elapsed_time: '0s',
    },
    [signal]: { topics: [topicOf(topic)], encoding: 'otlp_proto' },
  };
}

function kafkaClient(topic: AnyEndpoint, access: KafkaAccess): KafkaClient {
  const user = access.login.name;
  return {
    brokers: [topic.hostPort],
    client_id: user,
    ...(topic.tls ? { tls: { ca_file: `${CA_DIR}/ca.crt` } } : {}),
    ...(topic.auth.kind === 'sasl-plain'
      ? {
          auth: {
            sasl: {
              mechanism: 'PLAIN',
              username: user,
              password: `\${env:${passwordVariable(user)}}`,
            },
          },
        }
      : {}),
  };
}

function topicOf(endpoint: AnyEndpoint): string {
  if (endpoint.topic === undefined) throw new Error(`${endpoint.id}: a Kafka endpoint without a topic`);
  return endpoint.topic;
}

function passwordVariable(user: string): string {
  return `KAFKA_PASSWORD_${user.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

export function kafkaCredential(topic: AnyEndpoint, access: KafkaAccess): Credential | undefined {
  return topic.auth.kind === 'sasl-plain' ? { kind: 'sasl-plain', secret: access.login.password } : undefined;
}

export interface KafkaMounts {
  readonly env: Readonly<Record<string, EnvSource>>;
  readonly secretFiles: NonNullable<ContainerSpec['secretFiles']>;
}

/** Passwords as variables, and the CA that the brokers' certificates are checked against. */
export function kafkaMounts(
  component: Component,
  uses: readonly { readonly topic: Endpoint<never, 'kafka'>; readonly access: KafkaAccess }[],
): KafkaMounts {
  const env: Record<string, EnvSource> = {};
  for (const { topic, access } of uses) {
    if (topic.auth.kind === 'sasl-plain') {
      env[passwordVariable(access.login.name)] = { secret: component.secret(access.login.password) };
    }
  }
  const secure = uses.find(({ topic }) => topic.tls);
  if (secure === undefined) return { env, secretFiles: [] };
  const id = component.node.id;
  const { secretName } = addCertificate(component, 'kafka-client', {
    name: `${id}-kafka-client`,
    dnsNames: [id],
    issuer: secure.access.issuer,
    usages: ['client auth'],
  });
  return { env, secretFiles: [{ mountPath: CA_DIR, secretName, keys: ['ca.crt'] }] };
}
