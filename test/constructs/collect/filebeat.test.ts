/**
 * Filebeat: the sources of the design document and no other, state and queue on the node, a user who may only add lines,
 * and the outage that its queues cover.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { coverOf } from '../../../constructs/core/outage-budget';
import { manifest, problemsOf } from '../core/fixture';
import { fileOf, logging, type LoggingProps } from '../store/elasticsearch-fixture';

interface Config {
  readonly filebeat: {
    readonly inputs: readonly (Record<string, unknown> & { id: string; paths: string[] })[];
  };
  readonly processors: readonly object[];
  readonly output: { readonly elasticsearch: Record<string, unknown> };
  readonly [key: string]: unknown;
}

function config(props: LoggingProps = {}): Config {
  return parse(fileOf(logging(props), 'filebeat.yml')) as Config;
}

test('exactly the documented sources, each with an input of its own', () => {
  expect(Object.fromEntries(config().filebeat.inputs.map(({ id, paths }) => [id, paths]))).toEqual({
    audit: ['/var/log/audit/audit.log'],
    auth: ['/var/log/auth.log'],
    firewalld: ['/var/log/firewalld'],
    haproxy: ['/var/log/haproxy.log'],
    kafka: ['/var/log/kafka/server.log'],
    messages: ['/var/log/messages'],
    secure: ['/var/log/secure'],
    syslog: ['/var/log/syslog'],
    zookeeper: ['/var/log/zookeeper/version-2/*'],
    containers: ['/var/log/pods/*/*/*.log'],
  });
});

test('the input that Filebeat 9 has, which knows files again by their content, short ones too', () => {
  for (const input of config().filebeat.inputs) {
    expect(input).toMatchObject({
      type: 'filestream',
      'file_identity.fingerprint': null,
      'prospector.scanner.fingerprint': { enabled: true, length: 64 },
    });
  }
});

test("containers' lines are taken out of the runtime's format, but not those of Filebeat itself", () => {
  const containers = config().filebeat.inputs.find(({ id }) => id === 'containers');
  expect(containers).toMatchObject({
    parsers: [{ container: { stream: 'all', format: 'auto' } }],
    'prospector.scanner.exclude_files': ['^/var/log/pods/agents_filebeat-[^/]+/'],
  });
});

test('a source can be left out', () => {
  const inputs = config({ filebeat: { leaveOut: ['zookeeper'] } }).filebeat.inputs;
  expect(inputs.map(({ id }) => id)).not.toContain('zookeeper');
  expect(inputs).toHaveLength(9);
});

test('it writes as its own user over TLS, and sets nothing up', () => {
  expect(config()).toMatchObject({
    'queue.disk': { max_size: '2048MiB' },
    output: {
      elasticsearch: {
        hosts: ['https://elasticsearch.logging.svc.cluster.local:9200'],
        username: 'filebeat',
        password: '${ELASTICSEARCH_PASSWORD}',
        index: 'platform-logs',
        'ssl.certificate_authorities': ['/etc/hyperion/tls/ca.crt'],
      },
    },
    'setup.template.enabled': false,
    'setup.ilm.enabled': false,
    http: { enabled: true, host: '127.0.0.1', port: 5066 },
  });
});

test('it asks the Kubernetes API only where it was given one', () => {
  const kinds = (props: LoggingProps = {}): string[] =>
    config(props).processors.flatMap((processor) => Object.keys(processor));
  expect(kinds()).toEqual(['add_fields', 'dissect']);
  expect(manifest(logging(), 'DaemonSet', 'filebeat').spec).toMatchObject({
    template: { spec: { automountServiceAccountToken: false } },
  });
});

test('root with one capability, its state on the node, everything else read-only', () => {
  const { template } = manifest(logging(), 'DaemonSet', 'filebeat').spec as {
    template: {
      metadata: { annotations: Record<string, string> };
      spec: {
        containers: { securityContext: object; volumeMounts: object[] }[];
        volumes: object[];
        hostNetwork?: boolean;
      };
    };
  };
  const [container] = template.spec.containers;
  expect(container?.securityContext).toMatchObject({
    capabilities: { drop: ['ALL'], add: ['DAC_READ_SEARCH'] },
    readOnlyRootFilesystem: true,
    privileged: false,
  });
  expect(template.spec.hostNetwork).toBe(false);
  expect(template.metadata.annotations['hyperion.example.com/host-access']).toContain('audit.log');
  expect(template.spec.volumes).toContainEqual({
    name: 'host-var-lib-hyperion-agents-filebeat',
    hostPath: { path: '/var/lib/hyperion/agents-filebeat', type: 'DirectoryOrCreate' },
  });
  expect(container?.volumeMounts).toContainEqual({
    name: 'host-var-log',
    mountPath: '/var/log',
    readOnly: true,
  });
});

test('the queues of all nodes cover an outage of the store, by the declared load', () => {
  const platform = logging();
  const connection = platform.graph.connections.find(({ from }) => from.id === 'filebeat');
  if (connection === undefined) throw new Error('no connection');
  const cover = coverOf(platform.graph, connection);
  expect(cover.seconds).toBeCloseTo((3 * 2 * 1024 ** 3) / 50_000);
  expect(cover.terms[0]).toBe('filebeat disk queue: 3 × 2 GiB ÷ 48.8 KiB/s = 35 h 47 min');
});

test('a queue that does not cover the declared outage is refused with the arithmetic', () => {
  expect(problemsOf(logging({ platform: { survivesOutage: Duration.days(2) } }))).toContain(
    [
      'filebeat: delivery to elasticsearch/https (logs) = "survives 35 h 47 min: filebeat disk queue: 3 × 2 GiB ÷ 48.8 KiB/s = 35 h 47 min + filebeat: nothing waits before it; its senders are refused and retry"',
      '  rule:   the environment survives an outage of 2 d 0 h of any store or processor',
    ].join('\n'),
  );
});

test('a queue without room for its segments', () => {
  expect(problemsOf(logging({ filebeat: { queue: Size.mebibytes(50) } }))).toContain(
    [
      'test/filebeat: queue = "50 MiB"',
      '  rule:   a queue on disk is a row of segments of a tenth each, and needs 100 MiB at least',
      '  remedy: give 1 GiB or more',
    ].join('\n'),
  );
});
