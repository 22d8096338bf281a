import { Size } from 'cdk8s';
import { Alloy, type AlloyProps } from '../../../constructs/collect/alloy';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { Workload } from '../../../constructs/core/workload';
import { kubernetesApi } from '../../../constructs/systems/outside';
import { CONTAINER, manifest, problemsOf, testPlatform, TestComponent } from '../core/fixture';

/** Alloy before a store, and somebody who reads its metrics. */
function made(props: Partial<AlloyProps> = {}): { platform: Platform; alloy: Alloy } {
  const platform = testPlatform();
  const store = new Workload(new TestComponent(platform, 'gateway'), 'gateway', {
    kind: 'Deployment',
    replicas: 1,
    uid: 1000,
    drainSeconds: 30,
    container: CONTAINER,
  });
  const alloy = new Alloy(platform, 'alloy', {
    namespace: 'logs',
    push: store.listen({
      name: 'http',
      port: 80,
      protocol: 'loki-http',
      signals: ['logs'],
      access: 'write',
      path: '/loki/api/v1/push',
    }),
    kubernetesApi: kubernetesApi(platform, ['10.0.0.1/32']),
    cluster: 'anton',
    nodes: 3,
    labels: ['namespace', 'app', 'level'],
    rateLimit: { linesPerSecond: 1000, burstLines: 2000 },
    load: { eventsPerSecond: 1500, bytesPerSecond: 300_000 },
    logFiles: { maxSize: Size.mebibytes(10), busiestBytesPerSecond: 4096 },
    ...props,
  });
  store.connect(alloy.metrics, { signals: ['metrics'], purpose: 'scrape' });
  return { platform, alloy };
}

function configOf(alloy: Alloy): string {
  return alloy.configs[0]?.files[0]?.text ?? '';
}

/** The stages of `loki.process`, without its indentation. */
function stagesOf(alloy: Alloy): string {
  const [, process = ''] = /^loki\.process "pods" \{\n([^]*?)^\}/m.exec(configOf(alloy)) ?? [];
  return process.replaceAll(/^\t/gm, '');
}

describe('the configuration', () => {
  it('follows the pods of its own node, and pushes for ever', () => {
    const { alloy } = made();
    const text = configOf(alloy);
    expect(text).toContain('field = "spec.nodeName=" + sys.env("HOSTNAME")');
    expect(text).toContain(
      [
        'loki.write "default" {',
        '\texternal_labels = {',
        '\t\tcluster = "anton",',
        '\t}',
        '',
        '\tendpoint {',
        '\t\turl                 = "http://gateway.test.svc.cluster.local:80/loki/api/v1/push"',
        '\t\tbatch_size          = "1MiB"',
        '\t\tbatch_wait          = "1s"',
        '\t\tmin_backoff_period  = "500ms"',
        '\t\tmax_backoff_period  = "30s"',
        '\t\tmax_backoff_retries = 0',
        '\t}',
        '}',
      ].join('\n'),
    );
    expect(text).toContain(
      [
        'loki.source.kubernetes "pods" {',
        '\ttargets    = discovery.relabel.pods.output',
        '\tforward_to = [loki.process.pods.receiver]',
        '}',
      ].join('\n'),
    );
  });

  it('limits first, makes labels of what is allowed, and structured metadata of all else', () => {
    expect(stagesOf(made().alloy)).toBe(
      [
        'forward_to = [loki.write.default.receiver]',
        '',
        'stage.limit {',
        '\trate  = 1000',
        '\tburst = 2000',
        '}',
        '',
        'stage.json {',
        '\texpressions = {',
        '\t\tlevel    = "",',
        '\t\ttrace_id = "",',
        '\t}',
        '}',
        '',
        'stage.labels {',
        '\tvalues = {',
        '\t\tlevel = "",',
        '\t}',
        '}',
        '',
        'stage.structured_metadata {',
        '\tvalues = {',
        '\t\tcontainer = "",',
        '\t\tpod       = "",',
        '\t\tnode      = "",',
        '\t\ttrace_id  = "",',
        '\t}',
        '}',
        '',
        'stage.label_keep {',
        '\tvalues = ["namespace", "app", "level"]',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('drops what a single namespace writes too much, by choice, before it counts against the others', () => {
    const { alloy } = made({ namespaceLimit: { linesPerSecond: 200, burstLines: 400 } });
    expect(stagesOf(alloy)).toContain(
      [
        'stage.limit {',
        '\trate          = 200',
        '\tburst         = 400',
        '\tby_label_name = "namespace"',
        '\tdrop          = true',
        '}',
        '',
        'stage.limit {',
        '\trate  = 1000',
      ].join('\n'),
    );
  });

  it('has no stage for what is empty', () => {
    const { alloy } = made({ fields: [], labels: ['namespace', 'app', 'container', 'pod', 'node'] });
    expect(stagesOf(alloy).match(/^stage\.\w+/gm)).toEqual(['stage.limit', 'stage.label_keep']);
  });
});

describe('its objects', () => {
  const { platform } = made();
  complete(platform);

  it('are one agent on each node, as the image’s own user, without anything of the node', () => {
    const { spec } = manifest(platform, 'DaemonSet', 'alloy');
    expect(spec).toMatchObject({
      template: {
        spec: {
          securityContext: { runAsUser: 473, runAsNonRoot: true },
          containers: [
            {
              image: 'docker.io/grafana/alloy:v1.18.1',
              args: [
                'run',
                '--server.http.listen-addr=0.0.0.0:12345',
                '--storage.path=/var/lib/alloy',
                '--disable-reporting',
                '--server.http.enable-pprof=false',
                '--server.http.disable-support-bundle',
                '/etc/alloy/config.alloy',
              ],
              env: [{ name: 'HOSTNAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              ports: [{ containerPort: 12345, name: 'http' }],
              resources: {
                requests: { cpu: '500m', memory: '512Mi' },
                limits: { cpu: '1000m', memory: '512Mi' },
              },
              readinessProbe: { httpGet: { path: '/-/ready', port: 12345 } },
              securityContext: { readOnlyRootFilesystem: true },
            },
          ],
        },
      },
    });
    expect(JSON.stringify(spec)).not.toContain('hostPath');
  });

  it('let it read pods and their logs, and nothing else', () => {
    expect(manifest(platform, 'ClusterRole', 'alloy')).toMatchObject({
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      ],
    });
  });
});

it('counts on the log files until the busiest container’s is full', () => {
  const { platform, alloy } = made();
  const delivery = platform.graph.connections.find(({ purpose }) => purpose === "the pods' logs")?.delivery;
  // 10 MiB ÷ 4 KiB/s = 2,560 s, at 100,000 bytes/s a node.
  expect(delivery).toEqual({
    kind: 'disk-queue',
    size: Size.kibibytes(250_000),
    replicas: 3,
    whenFull: 'loses',
  });
  expect(platform.derivations.filter(({ component }) => component === alloy.node.id)).toContainEqual({
    component: 'alloy',
    what: 'outage that the log files bridge',
    value: '42 min',
    from: '10 MiB before rotation ÷ 4 KiB/s of the busiest container',
  });
});

it('does not outlast the outage that the environment declares, when the files are too small', () => {
  const { platform } = made({ logFiles: { maxSize: Size.mebibytes(1), busiestBytesPerSecond: 4096 } });
  expect(problemsOf(platform)).toContain('alloy disk queue: 3 × ');
});

describe('mistakes', () => {
  const many = Array.from({ length: 12 }, (_, i) => `field_${i}`);

  it.each<[string, Partial<AlloyProps>, string]>([
    [
      'no name of a label',
      { fields: ['log-level'], labels: ['namespace'] },
      [
        'test/alloy: fields = "log-level"',
        '  rule:   no name of a label: letters, digits and _, not beginning with a digit or with __',
        '  remedy: choose another name',
      ].join('\n'),
    ],
    [
      'an internal label',
      { fields: ['__tenant'], labels: ['namespace', '__tenant'] },
      [
        'test/alloy: labels = "__tenant"',
        '  rule:   no name of a label: letters, digits and _, not beginning with a digit or with __',
        '  remedy: choose another name',
      ].join('\n'),
    ],
    [
      'a label twice',
      { labels: ['namespace', 'app', 'app'] },
      ['test/alloy: labels = "app"', '  rule:   stands there twice', '  remedy: leave out one'].join('\n'),
    ],
    [
      'a field that says where the line comes from',
      { fields: ['namespace'] },
      [
        'test/alloy: fields = "namespace"',
        '  rule:   it says where a line comes from, which a pod may not write into its own lines',
        '  remedy: leave it out: discovery knows it',
      ].join('\n'),
    ],
    [
      'a label without bound',
      { labels: ['namespace', 'trace_id'] },
      [
        'test/alloy: labels = "trace_id"',
        '  rule:   its values have no bound, and each makes a stream of its own',
        '  remedy: leave it out: as structured metadata it can be queried all the same',
      ].join('\n'),
    ],
    [
      'a label that no line has',
      { fields: [], labels: ['namespace', 'level'] },
      [
        'test/alloy: labels = "level"',
        '  rule:   no line has it: there are namespace, app, container, pod, node',
        '  remedy: read it as a field, or leave it out',
      ].join('\n'),
    ],
    [
      'more labels than Loki takes',
      { fields: many, labels: ['namespace', 'app', 'container', ...many] },
      [
        'test/alloy: labels = 15',
        '  rule:   with cluster they are 16, and Loki refuses a line with more than 15',
        '  remedy: leave some to structured metadata',
      ].join('\n'),
    ],
    [
      'no label at all',
      { labels: [] },
      [
        'test/alloy: labels = []',
        '  rule:   without labels all lines of the cluster are one stream',
        '  remedy: allow namespace and app at least',
      ].join('\n'),
    ],
    [
      'a cluster without a name',
      { cluster: '' },
      [
        'test/alloy: cluster = ""',
        '  rule:   a label without a value is none',
        '  remedy: give the cluster a name',
      ].join('\n'),
    ],
    [
      'a rate below the declared load',
      { rateLimit: { linesPerSecond: 499, burstLines: 1000 } },
      [
        'test/alloy: rateLimit.linesPerSecond = 499',
        '  rule:   3 agents let 1497 lines/s through, and 1500 lines/s are declared: the rest would wait for ever',
        '  remedy: allow 500 lines/s or more',
      ].join('\n'),
    ],
    [
      'a rate of a namespace that nothing reaches',
      { namespaceLimit: { linesPerSecond: 1000, burstLines: 1000 } },
      [
        'test/alloy: namespaceLimit.linesPerSecond = 1000',
        '  rule:   no namespace reaches it: the agent lets 1000 lines/s through in all',
        '  remedy: make it smaller, or leave it out',
      ].join('\n'),
    ],
    [
      'a rate of nothing',
      { namespaceLimit: { linesPerSecond: 0, burstLines: 1 } },
      [
        'test/alloy: namespaceLimit.linesPerSecond = 0',
        '  rule:   Alloy refuses a rate that lets nothing through',
        '  remedy: allow some',
      ].join('\n'),
    ],
    [
      'a burst of nothing',
      { rateLimit: { linesPerSecond: 1000, burstLines: 0.5 } },
      [
        'test/alloy: rateLimit.burstLines = 0.5',
        '  rule:   a whole number of lines, one at least',
        '  remedy: allow the lines of a second, or more',
      ].join('\n'),
    ],
    [
      'no node',
      { nodes: 0 },
      [
        'test/alloy: nodes = 0',
        '  rule:   an agent runs on each node, and a cluster has one at least',
        '  remedy: give the number of nodes',
      ].join('\n'),
    ],
  ])('%s', (_what, props, message) => {
    expect(problemsOf(made(props).platform)).toContain(message);
  });

  it.each(['pod_uid', 'request_id', 'userId', 'traceID', 'client_ip', 'instance', 'timestamp', 'message'])(
    '%s is a label without bound',
    (name) => {
      expect(problemsOf(made({ fields: [name], labels: ['namespace', name] }).platform)).toContain(
        'its values have no bound',
      );
    },
  );

  it.each(['level', 'severity', 'method', 'status', 'grid', 'paid', 'pod'])('%s is none', (name) => {
    const fields = name === 'pod' ? [] : [name];
    const { platform } = made({ fields, labels: ['namespace', name] });
    expect(() => {
      complete(platform);
    }).not.toThrow();
  });
});
