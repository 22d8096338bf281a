/**
 * What a Kafka gives to the rest of the platform, whoever runs it: one topic for each purpose, and for each topic one
 * endpoint to write to and one to read from, with the users that may.
 */
import type { Duration, Size } from 'cdk8s';
import type { CertificateSecret } from '../core/certificate';
import type { Load } from '../core/delivery';
import type { Endpoint, Telemetry } from '../core/endpoint';
import type { SecretRef } from '../core/secrets';

/** What a topic may carry: telemetry, or what applications tell each other. */
export type Carried = Telemetry | 'messages';

/** Somebody who logs in with a password (SASL PLAIN). */
export interface KafkaUser {
  /** Lower-case words joined by hyphens, e.g. `otel-ingress`. */
  readonly name: string;
  /** Letters and digits only: the value becomes part of a quoted JAAS line. */
  readonly password: SecretRef;
}

/** The consumer groups that a reader may join: exact names, or all that begin with a prefix. */
export type ConsumerGroup = { readonly name: string } | { readonly prefix: string };

export interface KafkaReader {
  readonly user: KafkaUser;
  readonly groups: readonly ConsumerGroup[];
}

export interface KafkaTopic<S extends Carried = Carried> {
  /** Lower-case words joined by hyphens, e.g. `failover-logs`. */
  readonly name: string;
  readonly signals: readonly S[];
  /** What flows in while the topic is in use. */
  readonly load: Load;
  /** Who may write; nobody else can. */
  readonly writers: readonly KafkaUser[];
  /** Who may read; none for what only an operator looks at (dead letters). */
  readonly readers: readonly KafkaReader[];
  /**
   * How long readers may be away.
   * @default the outage that the environment survives
   */
  readonly keep?: Duration;
  /**
   * Largest batch of records that a writer sends, as Kafka counts it: after compression.
   * @default 1 MiB, Kafka's own; the collectors cap their batches below it
   */
  readonly maxMessage?: Size;
  /**
   * For readers that take partitions by number (Tempo): exactly so many.
   * @default as many as the load needs
   */
  readonly partitions?: number;
  /**
   * Why its clients cannot speak TLS. They get a listener of their own without it, which only they can reach, and on
   * which no other user's password is accepted.
   * @default none: TLS
   */
  readonly plainText?: string;
  /**
   * Whether its readers are outside the cluster. They get a listener of their own (`KafkaExternal`), on which no other
   * user's password is accepted, and theirs on no other.
   * @default false
   */
  readonly readersOutside?: boolean;
}

/** A Kafka, run by a StatefulSet of ours or by Strimzi: consumers do not notice which. */
export interface KafkaBuffer {
  /** @throws Error for a topic that this Kafka was not given, or that nobody may write */
  writeTo<S extends Carried>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'>;
  /** @throws Error for a topic that this Kafka was not given, or that nobody may read */
  readFrom<S extends Carried>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'>;
  /** Describes topics and consumer groups, for the exporter; `monitor` is its user. */
  readonly monitoring: Endpoint<'state', 'kafka'>;
  readonly monitor: KafkaUser;
  /** Its `ca.crt` is what clients in the same namespace trust; they mount nothing else of it. */
  readonly trust: CertificateSecret;
}
