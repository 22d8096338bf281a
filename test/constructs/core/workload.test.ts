/**
 * What every workload gets without asking: literal, so that losing any of it fails here.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import { ConfigFile } from '../../../constructs/core/config-file';
import { SecretRef } from '../../../constructs/core/secrets';
import { Task } from '../../../constructs/core/task';
import { Workload, type WorkloadProps } from '../../../constructs/core/workload';
import { CONTAINER, manifest, manifests, problemsOf, TestComponent, testPlatform } from './fixture';

const LABELS = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/component': 'web' };
const HTTP = { name: 'http', port: 3100, protocol: 'http', signals: ['web'], access: 'read' } as const;

function made(
  props: Partial<WorkloadProps> = {},
  zones = 3,
): { platform: ReturnType<typeof testPlatform>; component: TestComponent; workload: Workload } {
  const platform = testPlatform({ zones });
  const component = new TestComponent(platform, 'web');
  const workload = new Workload(component, 'web', {
    kind: 'Deployment',
    replicas: 2,
    uid: 10001,
    drainSeconds: 45,
    container: CONTAINER,
    ...props,
  });
  return { platform, component, workload };
}

test('the pod template of a Deployment', () => {
  const { platform, workload } = made();
  workload.listen(HTTP);
  const { spec } = manifest(platform, 'Deployment', 'web');
  expect(spec).toEqual({
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    replicas: 2,
    revisionHistoryLimit: 3,
    selector: { matchLabels: LABELS },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: {
        labels: {
          ...LABELS,
          'app.kubernetes.io/managed-by': 'hyperion',
          'app.kubernetes.io/part-of': 'test-system',
        },
      },
      spec: {
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'web',
            image: 'docker.io/grafana/loki:3.7.8',
            imagePullPolicy: 'IfNotPresent',
            ports: [{ containerPort: 3100, name: 'http', protocol: 'TCP' }],
            resources: {
              limits: { cpu: '200m', memory: '128Mi' },
              requests: { cpu: '100m', memory: '128Mi' },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              privileged: false,
              readOnlyRootFilesystem: true,
              runAsNonRoot: true,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            readinessProbe: {
              httpGet: { path: '/ready', port: 3100, scheme: 'HTTP' },
              periodSeconds: 10,
              failureThreshold: 3,
              timeoutSeconds: 5,
            },
            livenessProbe: {
              httpGet: { path: '/ready', port: 3100, scheme: 'HTTP' },
              periodSeconds: 20,
              failureThreshold: 6,
              timeoutSeconds: 5,
            },
            startupProbe: {
              httpGet: { path: '/ready', port: 3100, scheme: 'HTTP' },
              periodSeconds: 10,
              failureThreshold: 6,
              timeoutSeconds: 5,
            },
          },
        ],
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: false,
        hostNetwork: false,
        restartPolicy: 'Always',
        securityContext: {
          fsGroup: 10001,
          fsGroupChangePolicy: 'OnRootMismatch',
          runAsGroup: 10001,
          runAsNonRoot: true,
          runAsUser: 10001,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        serviceAccountName: 'web',
        setHostnameAsFQDN: false,
        terminationGracePeriodSeconds: 45,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: LABELS },
            matchLabelKeys: ['pod-template-hash'],
          },
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: LABELS },
            matchLabelKeys: ['pod-template-hash'],
          },
        ],
      },
    },
  });
});

test('what stands around a Deployment', () => {
  const { platform, workload } = made({ autoscale: { maxReplicas: 5, cpuPercent: 70 } });
  workload.listen(HTTP);
  expect(manifest(platform, 'PodDisruptionBudget', 'web').spec).toEqual({
    maxUnavailable: 1,
    selector: { matchLabels: LABELS },
  });
  expect(manifest(platform, 'Service', 'web').spec).toEqual({
    externalIPs: [],
    ports: [{ name: 'http', port: 3100, protocol: 'TCP', targetPort: 3100 }],
    selector: LABELS,
    type: 'ClusterIP',
  });
  expect(manifest(platform, 'HorizontalPodAutoscaler', 'web').spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 5,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  });
  // The autoscaler owns the number: a fixed one would fight it at every apply.
  expect(manifest(platform, 'Deployment', 'web').spec).not.toHaveProperty('replicas');
  expect(manifest(platform, 'ServiceAccount', 'web')).toHaveProperty('automountServiceAccountToken', false);
});

test('a StatefulSet keeps its volumes, spreads over nodes, and its Service finds its pods', () => {
  const { platform, workload } = made({
    kind: 'StatefulSet',
    replicas: 3,
    claims: [{ name: 'data', size: Size.gibibytes(10), storageClass: 'fast' }],
    container: {
      ...CONTAINER,
      volumes: [{ claim: 'data', mountPath: '/data' }],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(64) }],
    },
  });
  workload.listen(HTTP);
  const { spec } = manifest(platform, 'StatefulSet', 'web');
  expect(spec).toMatchObject({
    serviceName: 'web-headless',
    podManagementPolicy: 'Parallel',
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          resources: { requests: { storage: '10Gi' } },
        },
      },
    ],
    template: {
      spec: {
        volumes: [{ name: 'scratch-1', emptyDir: { sizeLimit: '64Mi' } }],
        topologySpreadConstraints: [
          { whenUnsatisfiable: 'DoNotSchedule' },
          { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      },
    },
  });
  expect(manifest(platform, 'Service', 'web-headless').spec).toMatchObject({
    clusterIP: 'None',
    selector: LABELS,
  });
  expect(manifest(platform, 'Service', 'web-headless').spec).toHaveProperty('selector', LABELS);
  expect(workload.podHosts).toEqual([0, 1, 2].map((n) => `web-${n}.web-headless.test.svc.cluster.local`));
});

test('in one zone, spreading is wished for but not enforced', () => {
  const { platform } = made({}, 1);
  expect(manifest(platform, 'Deployment', 'web').spec).toMatchObject({
    template: {
      spec: {
        topologySpreadConstraints: [
          { whenUnsatisfiable: 'ScheduleAnyway' },
          { whenUnsatisfiable: 'ScheduleAnyway' },
        ],
      },
    },
  });
});

test('a changed configuration rolls the workload, the same one does not', () => {
  const hashOf = (text: string): unknown => {
    const platform = testPlatform();
    const component = new TestComponent(platform, 'web');
    const config = component.configMap('web-config', [ConfigFile.lines('a.conf', [text])]);
    new Workload(component, 'web', {
      kind: 'Deployment',
      uid: 1,
      drainSeconds: 1,
      container: { ...CONTAINER, configs: [{ mountPath: '/etc/web', config }] },
    });
    const spec = manifest(platform, 'Deployment', 'web').spec as {
      template: { metadata: { annotations: Record<string, string> } };
    };
    return spec.template.metadata.annotations['hyperion.example.com/config-hash'];
  };
  expect(hashOf('one')).toMatch(/^[0-9a-f]{16}$/);
  expect(hashOf('one')).toBe(hashOf('one'));
  expect(hashOf('one')).not.toBe(hashOf('two'));
  // The hash is older than the cloud's values: they stand beside it, so that another one rolls the workload, too.
  expect(hashOf('${cloud:host} ${cloud:host} ${cloud:account}')).toMatch(
    /^[0-9a-f]{16} \$\{cloud:account\} \$\{cloud:host\}$/,
  );
});

test('secrets come as references, from one ExternalSecret', () => {
  const platform = testPlatform();
  const component = new TestComponent(platform, 'web');
  const token = component.secret(SecretRef.named('web-token'));
  component.secret(SecretRef.named('another'));
  new Workload(component, 'web', {
    kind: 'Deployment',
    uid: 1,
    drainSeconds: 1,
    container: {
      ...CONTAINER,
      env: { TOKEN: { secret: token }, NODE: { field: 'spec.nodeName' }, PLAIN: 'x' },
      secretFiles: [{ mountPath: '/s', ...token, keys: [token.key] }],
    },
  });
  expect(manifest(platform, 'ExternalSecret', 'web-secrets').spec).toEqual({
    refreshInterval: '1h',
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
    target: { name: 'web-secrets', creationPolicy: 'Owner' },
    data: [
      { secretKey: 'another', remoteRef: { key: 'another' } },
      { secretKey: 'web-token', remoteRef: { key: 'web-token' } },
    ],
  });
  expect(manifest(platform, 'Deployment', 'web').spec).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: [
              { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'web-secrets', key: 'web-token' } } },
              { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
              { name: 'PLAIN', value: 'x' },
            ],
          },
        ],
        volumes: [
          {
            name: 'secret-web-secrets',
            secret: {
              secretName: 'web-secrets',
              defaultMode: 0o440,
              items: [{ key: 'web-token', path: 'web-token' }],
            },
          },
        ],
      },
    },
  });
  expect(manifests(platform).filter((object) => object.kind === 'Secret')).toEqual([]);
});

test('permissions are named one by one, in their namespaces, and cluster roles have none', () => {
  const { platform } = made({
    identity: {
      azureClientId: 'client',
      permissions: { other: [{ apiGroup: '', resources: ['pods'], verbs: ['get', 'list'] }] },
      clusterPermissions: [{ apiGroup: '', resources: ['nodes'], verbs: ['get'] }],
    },
  });
  expect(manifest(platform, 'Role', 'web')).toMatchObject({
    metadata: { namespace: 'other' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
  });
  expect(manifest(platform, 'RoleBinding', 'web')).toMatchObject({
    metadata: { namespace: 'other' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'test' }],
  });
  expect(manifest(platform, 'ClusterRole', 'web').metadata).not.toHaveProperty('namespace');
  expect(manifest(platform, 'ClusterRoleBinding', 'web').metadata).not.toHaveProperty('namespace');
  expect(manifest(platform, 'ServiceAccount', 'web').metadata).toMatchObject({
    annotations: { 'azure.workload.identity/client-id': 'client' },
  });
  expect(manifest(platform, 'Deployment', 'web').spec).toMatchObject({
    template: {
      metadata: { labels: { 'azure.workload.identity/use': 'true' } },
      spec: { automountServiceAccountToken: true },
    },
  });
});

test('a scheduled task', () => {
  const platform = testPlatform();
  const component = new TestComponent(platform, 'web');
  new Task(component, 'nightly', {
    uid: 1,
    deadline: Duration.hours(1),
    schedule: '17 3 * * *',
    container: { image: CATALOG.loki, resources: CONTAINER.resources },
  });
  const { spec } = manifest(platform, 'CronJob', 'nightly');
  expect(spec).toMatchObject({
    schedule: '17 3 * * *',
    timeZone: 'Etc/UTC',
    concurrencyPolicy: 'Forbid',
    jobTemplate: {
      spec: {
        backoffLimit: 6,
        activeDeadlineSeconds: 3600,
        template: {
          metadata: { labels: { 'app.kubernetes.io/component': 'nightly' } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            restartPolicy: 'OnFailure',
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          },
        },
      },
    },
  });
});

test('a task with another configuration is another Job, for a Job cannot be changed', () => {
  const nameOf = (text: string): string | undefined => {
    const platform = testPlatform();
    const component = new TestComponent(platform, 'web');
    const config = component.configMap('web-config', [ConfigFile.lines('a.sh', [text])]);
    new Task(component, 'once', {
      uid: 1,
      deadline: Duration.hours(1),
      container: {
        image: CATALOG.loki,
        resources: CONTAINER.resources,
        configs: [{ mountPath: '/x', config }],
      },
    });
    return manifests(platform).find((object) => object.kind === 'Job')?.metadata.name;
  };
  expect(nameOf('one')).toMatch(/^once-[0-9a-f]{8}$/);
  expect(nameOf('one')).not.toBe(nameOf('two'));
});

test.each<[string, Partial<WorkloadProps>, string[]]>([
  [
    'root',
    { uid: 0 },
    [
      'test/web/web: uid = 0',
      '  rule:   no process runs as root',
      "  remedy: use the image's own user, e.g. 10001",
    ],
  ],
  [
    'a volume for a Deployment',
    { claims: [{ name: 'data', size: Size.gibibytes(1), storageClass: 'fast' }] },
    [
      'test/web/web: claims = ["data"]',
      '  rule:   only a StatefulSet gives each replica a volume of its own',
      "  remedy: use kind: 'StatefulSet', or scratch for data that may vanish",
    ],
  ],
  [
    'no replicas',
    { replicas: 0 },
    [
      'test/web/web: replicas = 0',
      '  rule:   a workload has a whole number of replicas, at least 1',
      '  remedy: leave the component out to run none',
    ],
  ],
  [
    'a ceiling below the floor',
    { replicas: 4, autoscale: { maxReplicas: 3, cpuPercent: 70 } },
    [
      'test/web/web: autoscale.maxReplicas = 3',
      '  rule:   the ceiling is not below the floor of 4 replicas',
      '  remedy: raise maxReplicas or lower replicas',
    ],
  ],
])('%s is refused', (_what, props, lines) => {
  expect(problemsOf(made(props).platform)).toContain(lines.join('\n'));
});

test('a memory limit above the request, and probes that ask more often, where a component says so', () => {
  const { platform } = made({
    container: {
      ...CONTAINER,
      resources: { cpuMillis: 100, memory: Size.mebibytes(128), memoryLimit: Size.mebibytes(512) },
      probes: {
        readiness: { http: '/ready', port: 3100 },
        readinessPeriodSeconds: 5,
        livenessPeriodSeconds: 15,
      },
    },
  });
  const { spec } = manifest(platform, 'Deployment', 'web') as unknown as {
    spec: { template: { spec: { containers: unknown[] } } };
  };
  expect(spec.template.spec.containers[0]).toMatchObject({
    resources: { requests: { memory: '128Mi' }, limits: { memory: '512Mi' } },
    readinessProbe: { periodSeconds: 5 },
    livenessProbe: { periodSeconds: 15 },
    startupProbe: { periodSeconds: 10 },
  });
});
