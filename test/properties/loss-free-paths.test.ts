/**
 * What "nothing acknowledged is lost" rests on in the collectors' configuration, as it is rendered for every environment;
 * and, for each of these truths, that a configuration without it is noticed. The flows of `test/proof` show the same with
 * real programs.
 */
import { parse } from 'yaml';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';

interface Queue {
  readonly enabled?: boolean;
  readonly storage?: string;
  readonly wait_for_result?: boolean;
}
interface Part {
  readonly sending_queue?: Queue;
  readonly retry_on_failure?: { readonly enabled?: boolean; readonly max_elapsed_time?: string };
  readonly producer?: { readonly required_acks?: number };
  readonly autocommit?: { readonly enable?: boolean };
  readonly message_marking?: { readonly after?: boolean; readonly on_error?: boolean };
  readonly initial_offset?: string;
  readonly fsync?: boolean;
}
interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters: readonly string[];
}
interface CollectorConfig {
  readonly extensions?: Readonly<Record<string, Part | null>>;
  readonly receivers: Readonly<Record<string, Part | null>>;
  readonly exporters: Readonly<Record<string, Part | null>>;
  readonly connectors?: Readonly<Record<string, Part | null>>;
  readonly service: { readonly pipelines: Readonly<Record<string, Pipeline>> };
}

/** What is wrong with a collector's delivery, in words; nothing when it keeps what it acknowledges. */
function weaknesses(config: CollectorConfig): string[] {
  const found: string[] = [];
  const { pipelines } = config.service;
  const partsOf = (kind: string, parts: Readonly<Record<string, Part | null>> = {}): [string, Part][] =>
    Object.entries(parts)
      .filter(([name]) => name === kind || name.startsWith(`${kind}/`))
      .map(([name, part]) => [name, part ?? {}]);
  const failovers = partsOf('failover', config.connectors);

  for (const [name, part] of failovers) {
    if (part.sending_queue?.enabled !== false)
      found.push(`${name}: its own queue acknowledges before anything is delivered`);
  }
  const levels = Object.entries(pipelines).filter(([, { receivers }]) =>
    receivers.some((receiver) => failovers.some(([name]) => name === receiver)),
  );
  for (const [level, { exporters }] of levels) {
    for (const exporter of exporters) {
      const queue = config.exporters[exporter]?.sending_queue;
      if (queue?.enabled !== false && queue?.wait_for_result !== true)
        found.push(`${level}: ${exporter} answers failover before it has delivered`);
    }
  }
  const mayDrop = (exporter: string): boolean => {
    const queue = config.exporters[exporter]?.sending_queue;
    return queue?.enabled === true && queue.storage === undefined && queue.wait_for_result !== true;
  };
  for (const [name, { processors = [], exporters }] of Object.entries(pipelines)) {
    if (processors.some((each) => /^batch(\/|$)/.test(each)) && !exporters.every(mayDrop))
      found.push(`${name}: a batch processor acknowledges before anything is delivered`);
  }
  for (const [name, part] of partsOf('kafka', config.exporters)) {
    if (part.producer?.required_acks !== -1)
      found.push(`${name}: not all replicas have what it acknowledges`);
  }
  for (const [name, part] of partsOf('kafka', config.receivers)) {
    if (part.autocommit?.enable !== false) found.push(`${name}: offsets are committed by the clock`);
    if (part.message_marking?.after !== true || part.message_marking.on_error !== false)
      found.push(`${name}: offsets are committed before delivery`);
    if (part.initial_offset !== 'earliest')
      found.push(`${name}: what came before its first start is skipped`);
  }
  for (const [name, part] of partsOf('file_storage', config.extensions)) {
    if (part.fsync !== true) found.push(`${name}: what it queues can be lost with the machine's power`);
  }
  for (const [name, part] of Object.entries(config.exporters)) {
    const queued = part?.sending_queue?.storage !== undefined;
    if (queued && part.retry_on_failure?.max_elapsed_time !== '0s')
      found.push(`${name}: it gives up what lies in its queue`);
  }
  return found;
}

function collectorsOf(environment: string): [string, CollectorConfig][] {
  return [...synthesisOf(environment).files]
    .filter(([path]) => /^config\/otel-[^/]*\/config\.yaml$/.test(path))
    .map(([path, text]) => [path, parse(text) as CollectorConfig]);
}

describe.each(ENVIRONMENT_NAMES)('%s', (environment) => {
  test('no collector acknowledges what it could lose', () => {
    expect(
      collectorsOf(environment).flatMap(([path, config]) => weaknesses(config).map((w) => `${path}: ${w}`)),
    ).toEqual([]);
  });
});

/** One change to a collector of `hyperion-dev`, and what has to be said of it. */
const WEAKENED: readonly [string, string, (text: string) => string, string][] = [
  [
    'the failover’s own queue switched on',
    'otel-ingress',
    (text) => text.replace(/(failover\/logs:\n {4}sending_queue:\n {6}enabled: )false/, '$1true'),
    'failover/logs: its own queue acknowledges before anything is delivered',
  ],
  [
    'a queue in a level of the failover',
    'otel-ingress',
    (text) => text.replace(/(otlp_http\/logs:[\s\S]*?sending_queue:\n {6}enabled: )false/, '$1true'),
    'logs/processor: otlp_http/logs answers failover before it has delivered',
  ],
  [
    'a batch processor on the loss-free path',
    'otel-ingress',
    (text) => text.replace(/( {4}logs:\n[\s\S]*?- memory_limiter\n)/, '$1        - batch\n'),
    'logs: a batch processor acknowledges before anything is delivered',
  ],
  [
    'acks 1',
    'otel-ingress',
    (text) => text.replace('required_acks: -1', 'required_acks: 1'),
    'kafka/logs: not all replicas have what it acknowledges',
  ],
  [
    'offsets committed before delivery',
    'otel-replay',
    (text) => text.replace('after: true', 'after: false'),
    'kafka/logs: offsets are committed before delivery',
  ],
  [
    'offsets committed by the clock',
    'otel-replay',
    (text) => text.replace(/(autocommit:\n {6}enable: )false/, '$1true'),
    'kafka/logs: offsets are committed by the clock',
  ],
  [
    'a replay that begins with what comes next',
    'otel-replay',
    (text) => text.replace('initial_offset: earliest', 'initial_offset: latest'),
    'kafka/logs: what came before its first start is skipped',
  ],
  [
    'a disk queue without fsync',
    'otel-logs',
    (text) => text.replace('fsync: true', 'fsync: false'),
    "file_storage/queue: what it queues can be lost with the machine's power",
  ],
  [
    'a disk queue that gives up',
    'otel-logs',
    (text) => text.replace('max_elapsed_time: 0s', 'max_elapsed_time: 300s'),
    'otlp_http/store: it gives up what lies in its queue',
  ],
];

test.each(WEAKENED)('%s is noticed', (_, collector, weaken, says) => {
  const text = synthesisOf('hyperion-dev').files.get(`config/${collector}/config.yaml`) ?? '';
  const weakened = weaken(text);
  expect(weakened).not.toBe(text);
  expect(weaknesses(parse(weakened) as CollectorConfig)).toContain(says);
});
