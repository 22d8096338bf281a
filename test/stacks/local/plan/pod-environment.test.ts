import { deployment, object, onlyContainer, planOf, type Given } from '../plan-fixture';

function environmentOf(
  container: Record<string, unknown>,
  objects = [object('ConfigMap', 'settings', { data: { a: '1', b: '2' } })],
  given: Given = {},
): Record<string, string> {
  return { ...onlyContainer(planOf([deployment(container), ...objects], given)).env };
}

const IMAGE = { PATH: '/bin', HOSTNAME: 'web-0' };

test('later variables may name earlier ones, never the other way round', () => {
  const env = [
    { name: 'FIRST', value: '$(SECOND)' },
    { name: 'SECOND', value: 'two' },
    { name: 'THIRD', value: '$(SECOND) and $$(SECOND)' },
    { name: 'EMPTY' },
  ];
  expect(environmentOf({ env })).toEqual({
    ...IMAGE,
    FIRST: '$(SECOND)',
    SECOND: 'two',
    THIRD: 'two and $(SECOND)',
    EMPTY: '',
  });
});

test('a variable of the manifest replaces one of the image', () => {
  expect(environmentOf({ env: [{ name: 'PATH', value: '/own' }] }).PATH).toBe('/own');
});

test('what is known of the pod', () => {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const env = [
    field('NAME', 'metadata.name'),
    field('NAMESPACE', 'metadata.namespace'),
    field('LABEL', "metadata.labels['app']"),
    field('NO_LABEL', "metadata.labels['none']"),
    field('NOTE', "metadata.annotations['note']"),
    field('IP', 'status.podIP'),
    field('IPS', 'status.podIPs'),
    field('NODE', 'spec.nodeName'),
    field('HOST', 'status.hostIP'),
    field('ACCOUNT', 'spec.serviceAccountName'),
    field('UID', 'metadata.uid'),
  ];
  expect(environmentOf({ env })).toEqual({
    ...IMAGE,
    NAME: 'web-0',
    NAMESPACE: 'shop',
    LABEL: 'web',
    NO_LABEL: '',
    NOTE: 'by hand',
    IP: '10.244.1.1',
    IPS: '10.244.1.1',
    NODE: 'local',
    HOST: '169.254.1.1',
    ACCOUNT: 'default',
    UID: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/) as string,
  });
});

test('an unknown field leaves the workload out, with the field', () => {
  const env = [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }];
  expect(planOf([deployment({ env })]).leftOut).toEqual([
    { what: 'shop/web', because: 'container main: the field status.phase is not known here' },
  ]);
});

test.each([
  ['limits.memory', undefined, '100000000'],
  ['limits.memory', '1Mi', '96'],
  ['limits.memory', '0', '100000000'],
  ['requests.memory', '1k', '100000'],
  ['limits.cpu', undefined, '1'],
  ['limits.cpu', '1m', '300'],
  ['requests.cpu', '100m', '3'],
])('%s with divisor %s is %s', (resource, divisor, value) => {
  const resourceFieldRef = { resource, ...(divisor === undefined ? {} : { divisor }) };
  const container = {
    resources: { limits: { cpu: '300m', memory: '100M' } },
    env: [{ name: 'X', valueFrom: { resourceFieldRef } }],
  };
  expect(environmentOf(container).X).toBe(value);
});

test('a limit that is not declared would be the size of a node', () => {
  const env = [{ name: 'X', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }];
  expect(planOf([deployment({ env })]).leftOut[0]?.because).toBe(
    'container main: limits.cpu of container main is not declared, and would be the size of a node',
  );
});

const key = (ref: string, name: string, of: string, optional?: boolean) => ({
  name: 'X',
  valueFrom: { [ref]: { name, key: of, ...(optional === undefined ? {} : { optional }) } },
});

test('values of ConfigMaps and Secrets', () => {
  const env = [
    key('configMapKeyRef', 'settings', 'a'),
    { ...key('secretKeyRef', 'login', 'password'), name: 'Y' },
  ];
  const secret = object('Secret', 'login', {
    data: { password: Buffer.from('pässword').toString('base64') },
  });
  const settings = object('ConfigMap', 'settings', { data: { a: '1' } });
  expect(environmentOf({ env }, [settings, secret])).toEqual({ ...IMAGE, X: '1', Y: 'pässword' });
});

test('a generated Secret is found like one of the manifests', () => {
  const env = [key('secretKeyRef', 'generated', 'token')];
  expect(environmentOf({ env }, [], { secrets: { 'shop/generated': { token: 't0' } } }).X).toBe('t0');
});

test('an optional key that is not there leaves the variable unset', () => {
  expect(environmentOf({ env: [key('configMapKeyRef', 'settings', 'c', true)] })).toEqual(IMAGE);
  expect(environmentOf({ env: [key('secretKeyRef', 'none', 'c', true)] })).toEqual(IMAGE);
});

test.each([
  [key('configMapKeyRef', 'settings', 'c'), 'ConfigMap shop/settings has no key c'],
  [key('configMapKeyRef', 'none', 'c'), 'nobody makes the ConfigMap shop/none'],
  [key('secretKeyRef', 'none', 'c'), 'nobody makes the Secret shop/none'],
  [key('otherKeyRef', 'none', 'c'), 'a value from otherKeyRef is not known here'],
])('a value that nobody has leaves the workload out: %j', (entry, because) => {
  const settings = object('ConfigMap', 'settings', { data: { a: '1' } });
  const plan = planOf([deployment({ env: [entry] }), settings]);
  expect(plan.pods).toEqual([]);
  expect(plan.leftOut).toEqual([{ what: 'shop/web', because: `container main: ${because}` }]);
});

test('whole ConfigMaps with a prefix, which single variables replace and may name', () => {
  const container = {
    envFrom: [
      { configMapRef: { name: 'settings' } },
      { prefix: 'P_', configMapRef: { name: 'settings' } },
      { secretRef: { name: 'none', optional: true } },
    ],
    env: [
      { name: 'a', value: 'own' },
      { name: 'C', value: '$(P_b)' },
    ],
  };
  expect(environmentOf(container)).toEqual({ ...IMAGE, a: 'own', b: '2', P_a: '1', P_b: '2', C: '2' });
});

test('Services of the namespace, for pods that want them', () => {
  const service = object('Service', 'my-db', {
    spec: { selector: { app: 'web' }, ports: [{ name: 'sql-main', port: 5432 }] },
  });
  const plan = planOf([
    deployment({ args: ['$(MY_DB_SERVICE_HOST)'] }, { enableServiceLinks: true }),
    service,
  ]);
  expect(onlyContainer(plan).env).toEqual({
    ...IMAGE,
    MY_DB_SERVICE_HOST: '10.96.1.1',
    MY_DB_SERVICE_PORT: '5432',
    MY_DB_SERVICE_PORT_SQL_MAIN: '5432',
    MY_DB_PORT: 'tcp://10.96.1.1:5432',
    MY_DB_PORT_5432_TCP: 'tcp://10.96.1.1:5432',
    MY_DB_PORT_5432_TCP_PROTO: 'tcp',
    MY_DB_PORT_5432_TCP_PORT: '5432',
    MY_DB_PORT_5432_TCP_ADDR: '10.96.1.1',
  });
  expect(onlyContainer(plan).argv.at(-1)).toBe('10.96.1.1');
});
