/** Brokers by DNS: stable ordinals, changes, look-ups that fail. The resolver is a table; the brokers are real. */
import type { Resolver } from '../../../apps/proxy/membership/service-names';
import { ServiceNames } from '../../../apps/proxy/membership/service-names';
import { closeWorlds, startBrokers, stateOf, until, worldOf } from './proxy-world';

// The machine may be busy.
jest.setTimeout(60_000);

afterEach(closeWorlds);

interface Records {
  srv: Record<string, { name: string; port: number }[]>;
  addresses: Record<string, string[]>;
  names: Record<string, string>;
}

function resolverOf(records: Partial<Records>): Resolver {
  const found = <T>(value: T | undefined): Promise<T> =>
    value === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(value);
  return {
    resolveSrv: (name) => found(records.srv?.[name]),
    lookup: async (name) =>
      (await found(records.addresses?.[name])).map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      })),
    reverse: async (address) => [await found(records.names?.[address])],
  };
}

function namesOf(
  records: Partial<Records>,
  service = 'q.ns.svc:8080',
): { names: ServiceNames; warnings: string[] } {
  const warnings: string[] = [];
  const names = new ServiceNames({
    service,
    searchDomains: ['ns.svc.cluster.local', 'cluster.local'],
    resolver: resolverOf(records),
    warn: (_details, message) => void warnings.push(message),
  });
  return { names, warnings };
}

test('SRV: the pod’s number is the ordinal, whatever the order of the answer, and search domains are tried', async () => {
  const { names, warnings } = namesOf({
    srv: {
      '_http._tcp.q.ns.svc.cluster.local': [
        { name: 'msg-queue-10.q.ns.svc.cluster.local', port: 9000 },
        { name: 'msg-queue-2.q.ns.svc.cluster.local', port: 9000 },
      ],
    },
  });
  expect(await names.members()).toEqual([
    { ordinal: 10, url: 'http://msg-queue-10.q.ns.svc.cluster.local:9000' },
    { ordinal: 2, url: 'http://msg-queue-2.q.ns.svc.cluster.local:9000' },
  ]);
  expect(warnings).toEqual([]);
});

test('SRV by a name of its own, with TLS', async () => {
  const srv = { '_queue._tcp.q': [{ name: 'b-1.example.com', port: 1 }] };
  expect(await namesOf({ srv }, 'https://_queue._tcp.q:1').names.members()).toEqual([
    { ordinal: 1, url: 'https://b-1.example.com:1' },
  ]);
});

test('SRV targets without ordinals are of no use; the addresses’ names are', async () => {
  const { names, warnings } = namesOf({
    srv: {
      '_http._tcp.q.ns.svc': [
        { name: '10-0-0-1.q', port: 1 },
        { name: 'b-16.q', port: 1 },
      ],
    },
    addresses: { 'q.ns.svc': ['10.0.0.9', 'fd00::1'] },
    names: { '10.0.0.9': 'stack-broker-1.net', 'fd00::1': 'stack-broker-0.net' },
  });
  expect(await names.members()).toEqual([
    { ordinal: 1, url: 'http://10.0.0.9:8080' },
    { ordinal: 0, url: 'http://[fd00::1]:8080' },
  ]);
  expect(warnings).toEqual(['SRV targets without ordinals from 0 to 15; addresses are used instead']);
});

test('addresses without names keep the ordinals that they were given', async () => {
  const records = { addresses: { 'q.ns.svc': ['10.0.0.2', '10.0.0.5'] } };
  const { names, warnings } = namesOf(records);
  expect(await names.members()).toEqual([
    { ordinal: 0, url: 'http://10.0.0.2:8080' },
    { ordinal: 1, url: 'http://10.0.0.5:8080' },
  ]);
  records.addresses['q.ns.svc'] = ['10.0.0.1', '10.0.0.5', '10.0.0.7'];
  expect(await names.members()).toEqual([
    { ordinal: 1, url: 'http://10.0.0.5:8080' },
    { ordinal: 0, url: 'http://10.0.0.1:8080' },
    { ordinal: 2, url: 'http://10.0.0.7:8080' },
  ]);
  expect(warnings[0]).toMatch(/let there be one proxy/);
});

test('nobody, or too many', async () => {
  await expect(namesOf({}).names.members()).rejects.toThrow('ENOTFOUND');
  await expect(namesOf({ addresses: { 'q.ns.svc': [] } }).names.members()).rejects.toThrow(
    'q.ns.svc has no addresses',
  );
  const addresses = { 'q.ns.svc': Array.from({ length: 17 }, (_, i) => `10.0.0.${i}`) };
  await expect(namesOf({ addresses }).names.members()).rejects.toThrow(
    'has 17 addresses, more than 16 brokers',
  );
});

test('brokers come, go and come back; a look-up that fails changes nothing', async () => {
  const brokers = await startBrokers(2);
  const target = (ordinal: number): { name: string; port: number } => ({
    name: 'localhost',
    port: Number(new URL(brokers[ordinal]?.url ?? '').port),
  });
  const members = new Map([[0, target(0)]]);
  let works = false;
  // `localhost` resolves everywhere; the name with the ordinal is taken off before it is asked for.
  const resolver: Resolver = {
    resolveSrv: () => Promise.reject(new Error('no SRV')),
    lookup: () =>
      works
        ? Promise.resolve(
            [...members.keys()].map((ordinal) => ({ address: `127.0.0.${ordinal + 1}`, family: 4 })),
          )
        : Promise.reject(new Error('SERVFAIL')),
    reverse: (address) => Promise.resolve([`broker-${Number(address.split('.')[3]) - 1}.example.com`]),
  };
  const port = target(0).port;
  const world = await worldOf(
    brokers,
    { PROXY_BROKERS_DNS: `q:${port}`, PROXY_DNS_INTERVAL: '100ms' },
    { resolver },
  );
  expect(await world.get('/ready')).toMatchObject({ status: 503, body: { reasons: ['no broker is known'] } });
  expect(await world.post('/topics/gpu/messages', 'x')).toMatchObject({
    status: 503,
    body: { code: 'no-broker', detail: 'no broker is known' },
  });
  expect(await world.post('/topics/gpu/receive', {})).toMatchObject({
    status: 503,
    body: { code: 'no-broker' },
  });
  works = true;
  await until(async () => (await world.get('/ready')).status === 200);
  expect(await world.post('/topics/gpu/messages', 'x')).toMatchObject({ status: 202 });
  members.set(1, target(1));
  await until(async () => (await stateOf(world, 1)) !== 'not there');
  works = false;
  await until(() => world.log.some((line) => line.includes('those that were known stay')));
  expect(await stateOf(world, 0)).toBe('in');
  expect(await stateOf(world, 1)).not.toBe('not there');
  works = true;
  members.delete(1);
  await until(async () => (await stateOf(world, 1)) === 'not there');
  expect(await world.post('/topics/gpu/messages?partition=64', 'x')).toMatchObject({
    status: 404,
    body: { detail: 'partition 64 would be of broker 1, which is not there' },
  });
});
