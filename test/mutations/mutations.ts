/**
 * What is taken away, where, and which tests must notice.
 */
export interface Mutation {
  /** What an attacker or a careless change would have done. */
  readonly name: string;
  readonly file: string;
  readonly find: string | RegExp;
  readonly replace: string;
  /** Path pattern of the tests that must fail. */
  readonly tests: string;
}

const CORE = 'test/constructs/core';
const NETWORK = 'test/properties/reachability';

export const MUTATIONS: readonly Mutation[] = [
  // ── Hardening, for every container and pod ──
  container('root file system writable', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
  container('privilege escalation', 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'),
  container('capabilities kept', 'drop: [kplus.Capability.ALL],', ''),
  container(
    'root allowed in the container',
    'ensureNonRoot: host?.root === undefined,',
    'ensureNonRoot: false,',
  ),
  container(
    'seccomp of the container off',
    'seccompProfile: { type: kplus.SeccompProfileType.RUNTIME_DEFAULT },',
    '',
  ),
  container('image pulled anew each time', 'imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT,', ''),
  container(
    'no memory limit',
    'memory: { request: resources.memory, limit: limits.memory }',
    'memory: { request: resources.memory }',
  ),
  container('no CPU limit', /limit: kplus\.Cpu\.millis\([^)]*\),/, ''),
  container('no readiness probe', /readiness: probe\([^)]*\),/, ''),
  container('no liveness probe', /liveness: probe\((.|\n)*?\}\),/, ''),
  container('no startup probe', /startup: probe\((.|\n)*?\}\),/, ''),
  core(
    'pod-patches.ts',
    'seccomp of the pod off',
    /JsonPatch\.add\(`\$\{template\}\/spec\/securityContext\/seccompProfile`[^)]*\),/,
    '',
  ),
  core(
    'pod-patches.ts',
    'service links on',
    /JsonPatch\.add\(`\$\{template\}\/spec\/enableServiceLinks`, false\),/,
    '',
  ),
  core(
    'pod-patches.ts',
    'zones not enforced',
    "props.zones > 1 ? 'DoNotSchedule' : 'ScheduleAnyway'",
    "'ScheduleAnyway'",
  ),
  core('pod-patches.ts', 'old pods counted in the spread', "{ matchLabelKeys: ['pod-template-hash'] }", '{}'),
  core(
    'workload.ts',
    'pod may run as root',
    /securityContext: \{\n\s+ensureNonRoot: this[^,]*,/,
    'securityContext: {\n        ensureNonRoot: false,',
  ),
  core(
    'workload.ts',
    'configuration change does not roll',
    /this\.pod\.podMetadata\.addAnnotation\([^;]*;/,
    ';',
  ),
  core('workload.ts', 'no grace to drain', /terminationGracePeriod: [^\n]*\n/, ''),
  core('workload.ts', 'revisions pile up', /JsonPatch\.add\('\/spec\/revisionHistoryLimit'[^)]*\),/, ''),
  core(
    'workload.ts',
    'a rollout takes pods away first',
    'maxUnavailable: kplus.PercentOrAbsolute.absolute(0)',
    'maxUnavailable: kplus.PercentOrAbsolute.absolute(1)',
  ),
  core(
    'pod-volumes.ts',
    'volumes deleted with the StatefulSet',
    "whenDeleted: 'Retain'",
    "whenDeleted: 'Delete'",
  ),
  core(
    'pod-volumes.ts',
    'secret files readable by all',
    'const SECRET_MODE = 0o440',
    'const SECRET_MODE = 0o444',
  ),
  core('pod-volumes.ts', 'scratch space without a limit', ', { sizeLimit: size }', ''),
  core(
    'service-identity.ts',
    'token of the account mounted',
    'automountToken: false',
    'automountToken: true',
  ),
  core('cluster-scoped.ts', 'cluster roles with a namespace', /for \(const object of objects\)[^\n]*\n/, ''),
  // ── Network ──
  {
    name: 'no default deny',
    file: 'constructs/secure/namespaces.ts',
    find: /policyTypes: \['Ingress', 'Egress'\]/,
    replace: "policyTypes: ['Ingress']",
    tests: `${NETWORK}|constructs/secure`,
  },
  network('egress not denied', "policyTypes: ['Ingress', 'Egress']", "policyTypes: ['Ingress']"),
  network('any port of a peer', /ports: \[port\(r\.port, r\.transport\)\]/g, 'ports: []'),
  network(
    'peers in every namespace',
    /namespaceSelector: \{ matchLabels: \{ 'kubernetes\.io\/metadata\.name': reach\.namespace \} \},/,
    'namespaceSelector: {},',
  ),
  network(
    'every pod of a namespace is a peer',
    /podSelector: \{ matchLabels: \{ \.\.\.reach\.labels \} \},/,
    '',
  ),
  network('a connection without its rule', 'graph.outOf(party)', 'graph.outOf(party).slice(1)'),
  {
    name: 'the gateway may be anybody',
    file: 'constructs/ingress/application-gateway.ts',
    find: 'cidrs: [props.subnet]',
    replace: "cidrs: ['0.0.0.0/0']",
    tests: 'test/constructs/ingress|test/properties',
  },
  {
    name: 'the load balancer is public',
    file: 'constructs/core/internal-load-balancer.ts',
    find: /'service\.beta\.kubernetes\.io\/azure-load-balancer-internal': 'true',/,
    replace: '',
    tests: 'test/constructs/ingress',
  },
  {
    name: 'a route without a rate limit',
    file: 'constructs/ingress/nginx-annotations.ts',
    find: /'nginx\.org\/limit-req-rate': [^\n]*\n/,
    replace: '',
    tests: 'test/constructs/ingress',
  },
  {
    name: 'the client address is lost',
    file: 'constructs/ingress/front-service.ts',
    find: /ApiObject\.of\(service\)\.addJsonPatch\([^;]*;/,
    replace: '',
    tests: 'test/constructs/ingress',
  },
  {
    name: 'the database takes plain text',
    file: 'constructs/view/postgresql.ts',
    find: /hostssl/g,
    replace: 'host',
    tests: 'test/constructs/view',
  },
  // ── Queues and acknowledgements ──
  collect('kafka.ts', 'Kafka acknowledges with one copy', 'required_acks: -1', 'required_acks: 1'),
  collect('kafka.ts', 'the collector answers before Kafka has it', 'wait_for_result: true,', ''),
  collect(
    'kafka.ts',
    'topics made on demand',
    'allow_auto_topic_creation: false',
    'allow_auto_topic_creation: true',
  ),
  collect(
    'kafka.ts',
    'offsets committed before delivery',
    'message_marking: { after: true',
    'message_marking: { after: false',
  ),
  collect(
    'kafka.ts',
    'offsets committed by time',
    'autocommit: { enable: false }',
    'autocommit: { enable: true }',
  ),
  collect('kafka.ts', 'replay begins at the end', "initial_offset: 'earliest'", "initial_offset: 'latest'"),
  collect('kafka.ts', 'a failing partition gives up', "max_elapsed_time: '0s'", "max_elapsed_time: '60s'"),
  collect('disk-queue.ts', 'the queue is not synced to the disk', 'fsync: true', 'fsync: false'),
  collect('disk-queue.ts', 'retries end', "max_elapsed_time: '0s'", "max_elapsed_time: '300s'"),
  collect('disk-queue.ts', 'the queue lies in memory', 'storage: STORAGE,', ''),
  collect(
    'hops.ts',
    'a hop answers before the next has the data',
    'sending_queue: options.queue ?? NO_QUEUE',
    'sending_queue: { enabled: true }',
  ),
  collect(
    'hops.ts',
    'a hop retries inside a failover',
    'retry_on_failure: options.retry ?? NO_RETRY',
    'retry_on_failure: { enabled: true }',
  ),
  collect(
    'collector.ts',
    'no memory limiter',
    "processors: ['memory_limiter', ...(pipeline.processors ?? [])]",
    'processors: [...(pipeline.processors ?? [])]',
  ),
];

function core(file: string, name: string, find: string | RegExp, replace: string): Mutation {
  return { name, file: `constructs/core/${file}`, find, replace, tests: CORE };
}

function container(name: string, find: string | RegExp, replace: string): Mutation {
  return core('container-spec.ts', name, find, replace);
}

function collect(file: string, name: string, find: string | RegExp, replace: string): Mutation {
  return { name, file: `constructs/collect/otel/${file}`, find, replace, tests: 'test/constructs/collect' };
}

function network(name: string, find: string | RegExp, replace: string): Mutation {
  return { name, file: 'constructs/core/network-access.ts', find, replace, tests: NETWORK };
}
