import type { Manifest } from '../../../../policies/manifest';
import type { ServicePlan } from '../../../../stacks/local/cluster-plan';
import { deployment, object, planOf, workload } from '../plan-fixture';

const POD = deployment({
  ports: [
    { name: 'http', containerPort: 8080 },
    { name: 'gossip', containerPort: 7946, protocol: 'UDP' },
  ],
});

function service(name: string, spec: Record<string, unknown>): Manifest {
  return object('Service', name, { spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } });
}

function serviceOf(spec: Record<string, unknown>): ServicePlan {
  const [made, ...others] = planOf([POD, service('web', spec)]).services;
  if (made === undefined || others.length > 0) throw new Error('one Service was expected');
  return made;
}

test('a Service has an address in the cluster and one on the host', () => {
  expect(serviceOf({ type: 'LoadBalancer', ports: [{ name: 'in', port: 80, targetPort: 'http' }] })).toEqual({
    namespace: 'shop',
    name: 'web',
    clusterAddress: '10.96.1.1',
    loopbackAddress: expect.stringMatching(/^127\.\d+\.1\.1$/) as string,
    selector: { app: 'web' },
    publishNotReady: false,
    ports: [{ name: 'in', port: 80, targetPort: 8080, protocol: 'TCP' }],
  });
});

test('a headless Service has none in the cluster', () => {
  const made = serviceOf({ clusterIP: 'None', publishNotReadyAddresses: true });
  expect(made).toMatchObject({ clusterAddress: undefined, publishNotReady: true });
});

test.each([
  [{ port: 80 }, { name: undefined, port: 80, targetPort: 80, protocol: 'TCP' }],
  [
    { port: 80, targetPort: 81 },
    { name: undefined, port: 80, targetPort: 81, protocol: 'TCP' },
  ],
  [
    { name: 'g', port: 1, targetPort: 'gossip', protocol: 'UDP' },
    { name: 'g', port: 1, targetPort: 7946, protocol: 'UDP' },
  ],
])('port %j', (port, planned) => {
  expect(serviceOf({ ports: [port] }).ports).toEqual([planned]);
});

test('a port is named by a workload that is not started, too', () => {
  const plan = planOf(
    [POD, service('web', { ports: [{ port: 80, targetPort: 'http' }] }), workload('Job', 'x')],
    {
      only: ['x'],
    },
  );
  expect(plan.services[0]?.ports[0]?.targetPort).toBe(8080);
});

test('a Service of one pod of a StatefulSet', () => {
  const set = workload('StatefulSet', 'db', {
    containers: [{ name: 'db', image: 'some', ports: [{ name: 'sql', containerPort: 5432 }] }],
  });
  const one = service('db-0', {
    selector: { 'statefulset.kubernetes.io/pod-name': 'db-0' },
    ports: [{ port: 1, targetPort: 'sql' }],
  });
  expect(planOf([set, POD, one]).services[0]?.ports[0]?.targetPort).toBe(5432);
});

test.each([
  [
    { type: 'ExternalName', externalName: 'db.example.com' },
    'an ExternalName leads out of the cluster, to db.example.com, and nothing is there',
  ],
  [{ selector: {} }, 'a Service without a selector gets its addresses from somebody else, who is not here'],
  [{ ports: [{ port: 1, targetPort: 'grpc' }] }, 'no container that it selects names a port grpc'],
  [{ ports: [{ port: 1, targetPort: 'gossip' }] }, 'no container that it selects names a port gossip'],
  [{ ports: [{ port: 1, protocol: 'SCTP' }] }, 'protocol SCTP is not spoken here'],
])('left out: %j', (spec, because) => {
  const plan = planOf([POD, service('web', spec)]);
  expect(plan.services).toEqual([]);
  expect(plan.leftOut).toEqual([{ what: 'Service shop/web', because }]);
});

test('a port of several numbers is no port', () => {
  const other = deployment({ ports: [{ name: 'http', containerPort: 9090 }] });
  const twin = { ...other, metadata: { ...other.metadata, name: 'twin' } };
  const plan = planOf([POD, twin, service('web', { ports: [{ port: 1, targetPort: 'http' }] })]);
  expect(plan.leftOut[0]?.because).toBe('the port http has several numbers: 9090, 8080');
});

test('addresses go by name, whatever the order of the manifests', () => {
  const services = ['b', 'a', 'c'].map((name) => service(name, {}));
  const addresses = (objects: readonly Manifest[]): (string | undefined)[] =>
    planOf(objects).services.map(({ clusterAddress }) => clusterAddress);
  expect(planOf(services).services.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(addresses([...services].reverse())).toEqual(addresses(services));
});
