import { ConfigError } from '../../../../constructs/core/config-error';
import type { Manifest } from '../../../../policies/manifest';
import { deployment, object, onlyPod, planOf, PROGRAMS, workload } from '../plan-fixture';
import { planCluster } from '../../../../stacks/local/plan/plan';

test('pods have fixed names, addresses by the place of their workload, and the labels of their kind', () => {
  const plan = planOf([
    workload('StatefulSet', 'store', {}, { replicas: 2, serviceName: 'store-headless' }),
    workload('Job', 'setup', { restartPolicy: 'OnFailure' }, { backoffLimit: 2 }),
    workload('Deployment', 'api', { terminationGracePeriodSeconds: 90 }, { replicas: 1 }),
    workload('DaemonSet', 'agent'),
  ]);
  expect(plan.pods.map(({ name, address, kind, labels }) => [name, address, kind, labels])).toEqual([
    ['agent-0', '10.244.1.1', 'DaemonSet', { app: 'agent' }],
    ['api-0', '10.244.2.1', 'Deployment', { app: 'api' }],
    [
      'setup-0',
      '10.244.3.1',
      'Job',
      { app: 'setup', 'batch.kubernetes.io/job-name': 'setup', 'job-name': 'setup' },
    ],
    [
      'store-0',
      '10.244.4.1',
      'StatefulSet',
      { app: 'store', 'statefulset.kubernetes.io/pod-name': 'store-0', 'apps.kubernetes.io/pod-index': '0' },
    ],
    [
      'store-1',
      '10.244.4.2',
      'StatefulSet',
      { app: 'store', 'statefulset.kubernetes.io/pod-name': 'store-1', 'apps.kubernetes.io/pod-index': '1' },
    ],
  ]);
  expect(plan.pods.map(({ subdomain }) => subdomain)).toEqual([
    undefined,
    undefined,
    undefined,
    'store-headless',
    'store-headless',
  ]);
  expect(plan.pods[1]?.terminationGraceS).toBe(90);
  expect(plan.pods[2]).toMatchObject({ restartPolicy: 'OnFailure', backoffLimit: 2, terminationGraceS: 30 });
  expect(plan.pods[0]).toMatchObject({ restartPolicy: 'Always', backoffLimit: 6 });
  expect(plan.leftOut).toEqual([]);
});

test('a set may count from another number', () => {
  const set = workload('StatefulSet', 'store', {}, { replicas: 2, ordinals: { start: 5 } });
  expect(planOf([set]).pods.map(({ name, address }) => [name, address])).toEqual([
    ['store-5', '10.244.1.1'],
    ['store-6', '10.244.1.2'],
  ]);
});

test('pods come in the order of the waves', () => {
  const plan = planCluster({
    name: 'test',
    objects: [
      { wave: 7, object: workload('Deployment', 'a') },
      { wave: 2, object: workload('Deployment', 'b') },
    ],
    programs: PROGRAMS,
    secrets: { secrets: new Map(), leftOut: [] },
    cloud: new Map(),
  });
  expect(plan.pods.map(({ name, wave, address }) => [name, wave, address])).toEqual([
    ['b-0', 2, '10.244.2.1'],
    ['a-0', 7, '10.244.1.1'],
  ]);
});

const scaler = (minReplicas: number | undefined, kind = 'Deployment'): Manifest =>
  object('HorizontalPodAutoscaler', 'web', {
    spec: { scaleTargetRef: { kind, name: 'web' }, ...(minReplicas === undefined ? {} : { minReplicas }) },
  });

test.each([
  ['the smallest number of an autoscaler', undefined, scaler(3), undefined, 3],
  ['one, when the autoscaler says none', undefined, scaler(undefined), undefined, 1],
  ['one, when nobody says a number', undefined, scaler(3, 'StatefulSet'), undefined, 1],
  ['what the manifest says', 2, scaler(3), undefined, 2],
  ['what the user says', 2, scaler(3), 5, 5],
])('replicas: %s', (_title, replicas, hpa, wanted, count) => {
  const objects = [workload('Deployment', 'web', {}, replicas === undefined ? {} : { replicas }), hpa];
  const given = wanted === undefined ? {} : { scale: new Map([['web', wanted]]) };
  expect(planOf(objects, given).pods).toHaveLength(count);
});

describe('what is chosen', () => {
  const part = (kind: string, name: string, app: string): Manifest => {
    const made = workload(kind, name);
    const labels = {
      'app.kubernetes.io/name': app,
      'app.kubernetes.io/component': name.replace(/-[0-9a-f]+$/, ''),
    };
    return {
      ...made,
      spec: { template: { ...(made.spec as { template: object }).template, metadata: { labels } } },
    };
  };
  const objects = [
    part('Deployment', 'api', 'api'),
    part('StatefulSet', 'kafka', 'kafka'),
    part('Job', 'kafka-topics-00ff', 'kafka'),
    object('Service', 'api', {
      spec: { selector: { 'app.kubernetes.io/name': 'api' }, ports: [{ port: 80 }] },
    }),
    object('Service', 'kafka', {
      spec: { selector: { 'app.kubernetes.io/name': 'kafka' }, ports: [{ port: 9 }] },
    }),
  ];
  const all = planOf(objects);

  test.each([
    ['kafka', ['kafka-0', 'kafka-topics-00ff-0']],
    ['kafka-topics', ['kafka-topics-00ff-0']],
    ['shop/api', ['api-0']],
  ])('--only %s', (name, pods) => {
    const narrow = planOf(objects, { only: [name] });
    expect(narrow.pods).toEqual(all.pods.filter((pod) => pods.includes(pod.name)));
    expect(narrow.services).toEqual(all.services);
    expect(narrow.leftOut.map(({ because }) => because)).toEqual(
      Array.from({ length: 3 - pods.length }, () => 'not chosen'),
    );
  });

  test('scaling one moves no address of another', () => {
    const addresses = (plan: typeof all): string[] =>
      plan.pods.filter(({ workload: name }) => name !== 'api').map(({ address }) => address);
    expect(addresses(planOf(objects, { scale: new Map([['api', 9]]) }))).toEqual(addresses(all));
  });

  test('names that nobody has are wrong use', () => {
    const wrong = (): unknown =>
      planOf(objects, {
        only: ['kafak'],
        scale: new Map([
          ['kafka-topics-00ff', 2],
          ['api', 1.5],
        ]),
      });
    expect(wrong).toThrow(ConfigError);
    expect(wrong).toThrow(
      [
        'test: only = "kafak"',
        '  rule:   it names one of its workloads',
        '  remedy: choose among api, kafka, kafka-topics, kafka-topics-00ff, shop/api, shop/kafka, shop/kafka-topics-00ff. Did you mean "kafka"?',
        'test: scale = "kafka-topics-00ff"',
        '  rule:   it names one of its Deployments or StatefulSets',
        '  remedy: choose among api, kafka.',
        'test: scale api = 1.5',
        '  rule:   a number of replicas is a whole number from 0 on',
        '  remedy: give a number such as 2',
      ].join('\n'),
    );
  });
});

test.each<[string, Manifest, string]>([
  ['CronJob', object('CronJob', 'web', {}), 'a CronJob: nothing runs by the clock here'],
  ['Pod', object('Pod', 'web', {}), 'a Pod without an owner is not run here'],
  [
    'suspended Job',
    workload('Job', 'web', {}, { suspend: true }),
    'suspended: somebody starts it by hand when it is needed',
  ],
  [
    'Job of many',
    workload('Job', 'web', {}, { completions: 2 }),
    'a Job with several completions is not run here',
  ],
  ['no replicas', workload('Deployment', 'web', {}, { replicas: 0 }), 'scaled to no replicas'],
  ['host network', workload('Deployment', 'web', { hostNetwork: true }), 'hostNetwork is not to be had here'],
  [
    'sidecar',
    workload('Deployment', 'web', {
      initContainers: [{ name: 'proxy', image: 'x', restartPolicy: 'Always' }],
    }),
    'init container proxy restarts always, and init containers here end',
  ],
])('left out with the reason: %s', (_title, manifest, because) => {
  const plan = planOf([manifest]);
  expect(plan.pods).toEqual([]);
  expect(plan.leftOut).toEqual([{ what: 'shop/web', because }]);
});

test('what runs without a part of what it asks for says so', () => {
  const plan = planOf([
    deployment(
      { lifecycle: { preStop: {} } },
      { automountServiceAccountToken: true, hostAliases: [{ ip: '1.1.1.1' }] },
    ),
    object('Ingress', 'web', {}),
    object('ServiceAccount', 'web', {}),
  ]);
  expect(onlyPod(plan).name).toBe('web-0');
  expect(plan.leftOut).toEqual([
    { what: 'shop/web: hostAliases', because: 'names are resolved by the cluster alone' },
    { what: 'shop/web: containers[main].lifecycle', because: 'hooks at its start and stop are not run here' },
    {
      what: 'shop/web: token of its service account',
      because: 'there is no Kubernetes API that would take it',
    },
    { what: 'Ingress shop/web', because: 'no controller for Ingress objects runs here' },
  ]);
});

test('a service account may do without its token', () => {
  const account = object('ServiceAccount', 'quiet', { automountServiceAccountToken: false });
  const pod = deployment({}, { automountServiceAccountToken: undefined, serviceAccountName: 'quiet' });
  expect(planOf([account, pod]).leftOut).toEqual([]);
});

describe('values of the cloud', () => {
  const config = object('ConfigMap', 'c', { data: { 'a.yaml': 'account: ${cloud:store-account}\n' } });
  const pod = deployment(
    { args: ['--id=${cloud:client-id}'] },
    { volumes: [{ name: 'c', configMap: { name: 'c' } }] },
  );

  test('a pod that needs one that nobody gives is left out', () => {
    const plan = planOf([pod, config], { cloud: new Map([['client-id', '7']]) });
    expect(plan.leftOut).toEqual([
      {
        what: 'shop/web',
        because: 'needs what only the cloud knows, and no value is given for ${cloud:store-account}',
      },
    ]);
    expect(planOf([pod, config]).leftOut[0]?.because).toContain('${cloud:client-id}, ${cloud:store-account}');
  });

  test('they are put in wherever they stand', () => {
    const cloud = new Map([
      ['client-id', '7'],
      ['store-account', 'local'],
    ]);
    const planned = onlyPod(planOf([pod, config], { cloud }));
    expect(planned.containers[0]?.argv.at(-1)).toBe('--id=7');
    expect(planned.volumes).toMatchObject([{ files: { 'a.yaml': { content: 'account: local\n' } } }]);
  });
});

test('a workload may play something outside the cluster', () => {
  const outsiders = [
    { workload: 'shop/web', address: '10.10.1.4', names: ['a.example.com', 'b.example.com'] },
  ];
  const plan = planOf([deployment({}), workload('Deployment', 'other')], { outsiders });
  expect(plan.pods.map(({ name, address }) => [name, address])).toEqual([
    ['other-0', '10.244.1.1'],
    ['web-0', '10.10.1.4'],
  ]);
  expect([...plan.outsideNames]).toEqual([
    ['a.example.com', '10.10.1.4'],
    ['b.example.com', '10.10.1.4'],
  ]);
  expect([...planOf([deployment({ image: 'missing' })], { outsiders }).outsideNames]).toEqual([]);
  expect(() => planOf([workload('Deployment', 'other')], { outsiders })).toThrow('outsiders = "shop/web"');
});

test('namespaces have the label that Kubernetes gives them', () => {
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { team: 'a' } },
  };
  expect([...planOf([namespace, deployment({}), object('ConfigMap', 'c', {}, 'other')]).namespaces]).toEqual([
    ['other', { 'kubernetes.io/metadata.name': 'other' }],
    ['shop', { team: 'a', 'kubernetes.io/metadata.name': 'shop' }],
  ]);
});

test('NetworkPolicies are handed on', () => {
  const policy = object('NetworkPolicy', 'p', { spec: { podSelector: {} } });
  expect(planOf([policy]).networkPolicies).toEqual([policy]);
});

test('ports by name', () => {
  const ports = [{ name: 'http', containerPort: 80 }, { containerPort: 81 }];
  expect(onlyPod(planOf([deployment({ ports })])).namedPorts).toEqual({ http: 80 });
});
