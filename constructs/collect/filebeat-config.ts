/**
 * Filebeat's configuration: the files that it reads, what it adds to a line, the queue on the node's disk, the way out.
 * Source: Filebeat 9, "filestream input", "Configure the internal queue", "Configure the Elasticsearch output".
 */
import type { Size } from 'cdk8s';

/** The sources of the design document, by name. */
export const FILEBEAT_SOURCES = {
  audit: '/var/log/audit/audit.log',
  auth: '/var/log/auth.log',
  firewalld: '/var/log/firewalld',
  haproxy: '/var/log/haproxy.log',
  kafka: '/var/log/kafka/server.log',
  messages: '/var/log/messages',
  secure: '/var/log/secure',
  syslog: '/var/log/syslog',
  // As documented. On a machine with ZooKeeper these are its transaction logs and snapshots, binary files and no text:
  // `leaveOut` is there for whoever has one. ZooKeeper in a container writes its log to its output.
  zookeeper: '/var/log/zookeeper/version-2/*',
  /**
   * What the document calls Docker containers. Under `/var/log/containers` there are only links to these files, whose
   * names cannot be taken apart again: a container's name and its ID are joined by the hyphen that both may contain.
   */
  containers: '/var/log/pods/*/*/*.log',
} as const;
export type FilebeatSource = keyof typeof FILEBEAT_SOURCES;

export const FILEBEAT_DIRS = {
  config: '/etc/hyperion/filebeat',
  data: '/usr/share/filebeat/data',
  tls: '/etc/hyperion/tls',
} as const;
/** Its state as JSON, for probes: on the loopback, for it says more than others should know. */
export const FILEBEAT_STATE = { host: '127.0.0.1', port: 5066 } as const;

export interface FilebeatConfigProps {
  readonly url: string;
  readonly user: string;
  readonly dataStream: string;
  readonly queue: Size;
  readonly leaveOut: readonly FilebeatSource[];
  /** Whether it may ask the Kubernetes API. */
  readonly asksKubernetes: boolean;
  /** How the folders of its own pods' logs begin. */
  readonly ownPods: string;
}

/** Files are recognised by their first bytes; the default of 1024 would leave a short log unread until it has grown. */
const FINGERPRINT_BYTES = 64;
/** Files that are gone are forgotten after this time: later than any rotation, or one would be read again. */
const FORGET_AFTER = '72h';
/** Lines of one request, some MiB. */
const BULK_LINES = 1600;
/** Waits after a failure, doubled each time up to the longest. */
const BACKOFF = { init: '1s', max: '60s' } as const;
/** `[2026-01-31 …]` begins an entry of Kafka's log; what follows without it is a stack trace. */
const KAFKA_ENTRY = '^\\[';

export function renderFilebeat(props: FilebeatConfigProps): Readonly<Record<string, unknown>> {
  const sources = Object.keys(FILEBEAT_SOURCES) as FilebeatSource[];
  return {
    filebeat: {
      inputs: sources.filter((name) => !props.leaveOut.includes(name)).map((name) => input(name, props)),
    },
    processors: processors(props),
    'queue.disk': { max_size: `${props.queue.toMebibytes()}MiB` },
    output: {
      elasticsearch: {
        hosts: [props.url],
        username: props.user,
        password: '${ELASTICSEARCH_PASSWORD}',
        index: props.dataStream,
        'ssl.certificate_authorities': [`${FILEBEAT_DIRS.tls}/ca.crt`],
        bulk_max_size: BULK_LINES,
        // A tenth of the bytes for a little CPU.
        compression_level: 1,
        backoff: BACKOFF,
      },
    },
    // Templates and life cycles are made by the store's own task: a writer needs no right to change them.
    'setup.template.enabled': false,
    'setup.ilm.enabled': false,
    http: { enabled: true, ...FILEBEAT_STATE },
  };
}

function input(name: FilebeatSource, { ownPods }: FilebeatConfigProps): Readonly<Record<string, unknown>> {
  return {
    type: 'filestream',
    // By it Filebeat finds in its registry how far it has read: never changed.
    id: name,
    paths: [FILEBEAT_SOURCES[name]],
    'file_identity.fingerprint': null,
    'prospector.scanner.fingerprint': { enabled: true, offset: 0, length: FINGERPRINT_BYTES },
    clean_inactive: FORGET_AFTER,
    ignore_older: '48h',
    fields_under_root: true,
    fields: { 'event.dataset': name },
    ...parsersOf(name),
    // A line about a line that it could not send would be the next one that it cannot send.
    ...(name === 'containers'
      ? { 'prospector.scanner.exclude_files': [`^/var/log/pods/${ownPods}-[^/]+/`] }
      : {}),
  };
}

function parsersOf(name: FilebeatSource): { readonly parsers?: readonly object[] } {
  if (name === 'containers') return { parsers: [{ container: { stream: 'all', format: 'auto' } }] };
  if (name === 'kafka') {
    return {
      parsers: [{ multiline: { type: 'pattern', pattern: KAFKA_ENTRY, negate: true, match: 'after' } }],
    };
  }
  return {};
}

/** The node's name instead of the pod's, and which container a line is of: from the path, or from the Kubernetes API. */
function processors({ asksKubernetes }: FilebeatConfigProps): readonly object[] {
  const ofContainers = { equals: { 'event.dataset': 'containers' } };
  return [
    {
      add_fields: { target: '', fields: { host: { name: '${NODE_NAME}' } } },
    },
    {
      dissect: {
        when: ofContainers,
        field: 'log.file.path',
        tokenizer:
          '/var/log/pods/%{kubernetes.namespace}_%{kubernetes.pod.name}_%{kubernetes.pod.uid}/%{kubernetes.container.name}/%{}.log',
        target_prefix: '',
      },
    },
    ...(asksKubernetes
      ? [
          {
            add_kubernetes_metadata: {
              when: ofContainers,
              host: '${NODE_NAME}',
              default_indexers: { enabled: false },
              default_matchers: { enabled: false },
              indexers: [{ pod_uid: {} }],
              matchers: [{ logs_path: { logs_path: '/var/log/pods/', resource_type: 'pod' } }],
            },
          },
        ]
      : []),
  ];
}
