/**
 * Reads numbered records from a Kafka topic whose values are OTLP in protobuf, with Kafka's own console consumer, which
 * escapes bytes as `\xNN`.
 */
import { numberedRecords } from './numbered-records';
import { decodeRequest, type Signal } from './otlp';
import type { StoredRecord } from './stored-record';

export interface TopicProps {
  readonly topic: string;
  readonly signal: Signal;
  /** Partitions that the topic has. */
  readonly partitions: number;
  /** `host:port` as the program that runs the consumer reaches it. */
  readonly bootstrap: string;
  /** Settings of the client, e.g. `sasl.jaas.config`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where Kafka's programs are, e.g. `/opt/kafka/bin`. */
  readonly binDir: string;
}

/** Runs a program where it reaches the broker. */
export type Execute = (
  argv: readonly [string, ...string[]],
) => Promise<{ readonly stdout: string; readonly stderr: string }>;

/** How long the consumer waits for a further message before it takes the topic as read. */
const QUIET_MS = 5_000;

/** Every number as often as the topic holds it. */
export async function readTopic(
  execute: Execute,
  run: string,
  { topic, signal, partitions, ...at }: TopicProps,
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const { stdout, stderr } = await execute([
      `${at.binDir}/kafka-console-consumer.sh`,
      ...['--bootstrap-server', at.bootstrap, '--topic', topic],
      // Without a group: nothing to join, nothing to be allowed, nothing left behind.
      ...['--partition', String(partition), '--offset', 'earliest', '--timeout-ms', String(QUIET_MS)],
      ...[
        '--formatter-property',
        `value.deserializer=${BYTES}`,
        '--formatter-property',
        'print.partition=true',
      ],
      ...Object.entries(at.settings).flatMap(([key, value]) => ['--command-property', `${key}=${value}`]),
    ]);
    // It ends in the same way and with the same status when it was refused.
    if (!`${stdout}${stderr}`.includes('TimeoutException'))
      throw new Error(
        `topic ${topic} was not read to its end:\n${stderr.slice(-2000)}\n${stdout.slice(-2000)}`,
      );
    // Where Kafka's programs have no configuration for their log, it goes to stdout too.
    for (const [, value = ''] of stdout.matchAll(/^Partition:\d+\t(.*)$/gm))
      found.push(...numberedRecords(run, decodeRequest(signal, unescapeBytes(value))));
  }
  return found;
}

const BYTES = 'org.apache.kafka.common.serialization.BytesDeserializer';

/** The inverse of `org.apache.kafka.common.utils.Bytes#toString`: printable ASCII but for the backslash as it is, the rest `\xNN`. */
export function unescapeBytes(text: string): Buffer {
  const plain = text.replace(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
