import { deployment, onlyContainer, planOf } from '../plan-fixture';

test.each([
  [{}, ['/bin/program', '--from-image']],
  [{ args: ['-a', '$(X)'] }, ['/bin/program', '--from-image', '-a', 'x']],
  [{ command: ['run', '$(X)'] }, ['run', 'x']],
  [{ command: ['run'], args: ['$$(X)'] }, ['run', '$(X)']],
])('entrypoint, command and arguments: %j', (container, argv) => {
  const env = [{ name: 'X', value: 'x' }];
  expect(onlyContainer(planOf([deployment({ env, ...container })])).argv).toEqual(argv);
});

test.each([
  [undefined, undefined, [65_534, 65_534]],
  [{ runAsUser: 10, runAsGroup: 20 }, undefined, [10, 20]],
  [{ runAsUser: 10, runAsGroup: 20 }, { runAsUser: 30 }, [30, 20]],
  [{ runAsUser: 10 }, undefined, [10, 0]],
  [undefined, { runAsUser: 0 }, [0, 0]],
  [undefined, { runAsGroup: 5 }, [65_534, 5]],
])('user and group of pod %j and container %j are %j', (ofPod, ofContainer, [user, group]) => {
  const plan = planOf([
    deployment(
      ofContainer === undefined ? {} : { securityContext: ofContainer },
      ofPod === undefined ? {} : { securityContext: ofPod },
    ),
  ]);
  expect(onlyContainer(plan)).toMatchObject({ user, group });
});

test('limits, and memory by a factor', () => {
  const container = { resources: { limits: { cpu: '1500m', memory: '100Mi' } } };
  expect(onlyContainer(planOf([deployment(container)])).limits).toEqual({
    cpus: 1.5,
    memoryBytes: 104_857_600,
  });
  const plan = planOf([deployment(container)], { memoryScale: 0.25 });
  expect(onlyContainer(plan).limits).toEqual({ cpus: 1.5, memoryBytes: 26_214_400 });
  expect(onlyContainer(planOf([deployment({})])).limits).toEqual({ cpus: undefined, memoryBytes: undefined });
});

test('program files, stand-in and working directory come along', () => {
  const plan = planOf([deployment({ workingDir: '/work' })], {
    programs: {
      find: () => ({
        found: true,
        entrypoint: ['/x'],
        files: { '/x': '/y' },
        user: 1,
        env: {},
        standIn: 'a twin',
      }),
    },
  });
  expect(onlyContainer(plan)).toMatchObject({
    workingDir: '/work',
    imageFiles: { '/x': '/y' },
    standIn: 'a twin',
  });
});

test('images without a program are named all at once', () => {
  const containers = [
    { name: 'a', image: 'missing/a' },
    { name: 'b', image: 'missing/b' },
  ];
  expect(planOf([deployment({}, { containers })]).leftOut).toEqual([
    { what: 'shop/web', because: 'missing/a is in no registry; missing/b is in no registry' },
  ]);
});

const PORTS = { ports: [{ name: 'http', containerPort: 3100 }] };

test('a probe that says nothing has the defaults of Kubernetes', () => {
  const container = { ...PORTS, readinessProbe: { httpGet: { port: 'http' } } };
  expect(onlyContainer(planOf([deployment(container)])).probes).toEqual({
    readiness: {
      action: { kind: 'http', port: 3100, path: '/', tls: false, headers: {} },
      initialDelayS: 0,
      periodS: 10,
      timeoutS: 1,
      failureThreshold: 3,
      successThreshold: 1,
    },
  });
});

test('every kind of probe', () => {
  const container = {
    ...PORTS,
    env: [
      { name: 'X', value: 'x' },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ],
    startupProbe: {
      exec: { command: ['check', '$(X)', '[$(IP)]', '$(Y)'] },
      periodSeconds: 2,
      timeoutSeconds: 3,
    },
    livenessProbe: { tcpSocket: { port: 9 }, initialDelaySeconds: 4, failureThreshold: 5 },
    readinessProbe: {
      httpGet: { port: 'http', path: '/ready', scheme: 'HTTPS', httpHeaders: [{ name: 'X-A', value: 'b' }] },
      successThreshold: 6,
    },
  };
  const { probes } = onlyContainer(planOf([deployment(container)]));
  expect(probes.startup).toMatchObject({
    // As the kubelet has it: only values of the manifest itself are put in.
    action: { kind: 'exec', argv: ['check', 'x', '[]', '$(Y)'] },
    periodS: 2,
    timeoutS: 3,
  });
  expect(probes.liveness).toMatchObject({
    action: { kind: 'tcp', port: 9 },
    initialDelayS: 4,
    failureThreshold: 5,
  });
  expect(probes.readiness).toMatchObject({
    action: { kind: 'http', port: 3100, path: '/ready', tls: true, headers: { 'X-A': 'b' } },
    successThreshold: 6,
  });
  const grpc = deployment({ livenessProbe: { grpc: { port: 9095, service: 'up' } } });
  expect(onlyContainer(planOf([grpc])).probes.liveness?.action).toEqual({
    kind: 'grpc',
    port: 9095,
    service: 'up',
  });
});

test.each([
  [{ httpGet: { port: 'admin' } }, 'a probe asks port admin, which the container does not have'],
  [
    { httpGet: { port: 80, host: 'example.com' } },
    'a probe asks host example.com, and probes here ask the pod',
  ],
  [{ other: {} }, 'a probe has no action that is known here'],
])('a probe that cannot be made leaves the workload out: %j', (readinessProbe, because) => {
  expect(planOf([deployment({ ...PORTS, readinessProbe })]).leftOut).toEqual([
    { what: 'shop/web', because: `container main: ${because}` },
  ]);
});
