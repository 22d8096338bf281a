import { decode, encode, RECURSION_DESIRED, type Packet, type RecordType } from 'dns-packet';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { DnsServer } from '../../../../stacks/local/node/dns';
import { dnsReply, type DnsView } from '../../../../stacks/local/node/dns-answers';
import { container, plan, pod, service } from './small-plan';

const program = container({ argv: ['/bin/true'] });
const kafka = [0, 1].map((index) =>
  pod({
    name: `kafka-${index}`,
    address: `10.244.1.${index + 1}`,
    subdomain: 'kafka-headless',
    containers: [program],
  }),
);
const view: DnsView = {
  plan: plan({
    pods: [...kafka, pod({ name: 'web-0', address: '10.244.2.1', containers: [program] })],
    services: [
      service({ name: 'web', clusterAddress: '10.96.1.1' }),
      service({ name: 'kafka-headless', selector: { app: 'kafka' } }),
      service({ name: 'kafka-all', selector: { app: 'kafka' }, publishNotReady: true }),
      service({ name: 'nobody', selector: { app: 'nobody' } }),
    ],
    outsideNames: new Map([['store.blob.example.com', '10.10.1.4']]),
  }),
  readyPods: new Set(['shop/kafka-0']),
};

function ask(name: string, type: RecordType = 'A'): unknown {
  const { code, answers } = dnsReply({ name, type }, view);
  return code === 'NOERROR' ? answers.map(({ data }) => data) : code;
}

test.each([
  ['a Service has its address, ready or not', 'web.shop.svc.cluster.local', ['10.96.1.1']],
  ['names are the same in capitals and with a last dot', 'Web.Shop.svc.Cluster.local.', ['10.96.1.1']],
  ['a headless Service has its ready pods', 'kafka-headless.shop.svc.cluster.local', ['10.244.1.1']],
  ['one that publishes all has all pods', 'kafka-all.shop.svc.cluster.local', ['10.244.1.1', '10.244.1.2']],
  ['a headless one without a ready pod has no name', 'nobody.shop.svc.cluster.local', 'NXDOMAIN'],
  [
    'a ready pod has a name under its own Service',
    'kafka-0.kafka-headless.shop.svc.cluster.local',
    ['10.244.1.1'],
  ],
  ['a pod that is not ready has none', 'kafka-1.kafka-headless.shop.svc.cluster.local', 'NXDOMAIN'],
  ['nor has a pod under another Service', 'kafka-0.kafka-all.shop.svc.cluster.local', 'NXDOMAIN'],
  ['nor under a Service with an address', 'web-0.web.shop.svc.cluster.local', 'NXDOMAIN'],
  ['another namespace does not have it', 'web.other.svc.cluster.local', 'NXDOMAIN'],
  ['the world is not there', 'example.com', 'NXDOMAIN'],
  ['but for who stands in for it', 'store.blob.example.com', ['10.10.1.4']],
])('%s', (_, name, expected) => {
  expect(ask(name)).toEqual(expected);
});

test('a name without an IPv6 address exists all the same, or resolvers would give up on it', () => {
  expect(dnsReply({ name: 'web.shop.svc.cluster.local', type: 'AAAA' }, view)).toEqual({
    code: 'NOERROR',
    answers: [],
  });
});

test('named ports have SRV records: of the Service, or of each ready pod', () => {
  expect(ask('_http._tcp.web.shop.svc.cluster.local', 'SRV')).toEqual([
    { target: 'web.shop.svc.cluster.local', port: 80, weight: 1, priority: 0 },
  ]);
  expect(ask('_http._tcp.kafka-headless.shop.svc.cluster.local', 'SRV')).toEqual([
    { target: 'kafka-0.kafka-headless.shop.svc.cluster.local', port: 8080, weight: 1, priority: 0 },
  ]);
  expect(ask('_http._udp.web.shop.svc.cluster.local', 'SRV')).toBe('NXDOMAIN');
});

describe('over the network', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    pod({ name: `many-${index}`, address: `10.244.3.${index + 1}`, containers: [program] }),
  );
  const services = [...view.plan.services, service({ name: 'many' })];
  const server = new DnsServer(() => ({
    plan: { ...view.plan, pods: [...view.plan.pods, ...many], services },
    readyPods: new Set(many.map(({ name }) => `shop/${name}`)),
  }));
  let port: number;

  beforeAll(async () => {
    port = await server.listen('127.0.0.1', 0);
  });

  afterAll(() => {
    server.close();
  });

  function query(name: string): Buffer {
    return encode({ type: 'query', id: 7, flags: RECURSION_DESIRED, questions: [{ type: 'A', name }] });
  }

  async function overUdp(message: Buffer): Promise<Packet> {
    const socket = createSocket('udp4');
    socket.send(message, port, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return decode(answer);
  }

  test('UDP: answers by the question’s id, the first address in turn', async () => {
    const first = await overUdp(query('kafka-all.shop.svc.cluster.local'));
    const second = await overUdp(query('kafka-all.shop.svc.cluster.local'));
    expect(first).toMatchObject({ id: 7, type: 'response', rcode: 'NOERROR', flag_aa: true });
    const addresses = [first, second].map(({ answers }) =>
      answers?.map((answer) => 'data' in answer && answer.data),
    );
    expect(addresses).toEqual([
      ['10.244.1.1', '10.244.1.2'],
      ['10.244.1.2', '10.244.1.1'],
    ]);
  });

  test('UDP: what does not exist is said so', async () => {
    expect(await overUdp(query('web.example.com'))).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
  });

  test('UDP: noise is not answered, and the next question is', async () => {
    const socket = createSocket('udp4');
    socket.send(Buffer.from('noise'), port, '127.0.0.1');
    socket.send(query('web.shop.svc.cluster.local'), port, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    expect(decode(answer)).toMatchObject({ id: 7, answers: [{ data: '10.96.1.1' }] });
  });

  test('what is too long for UDP is cut there and whole over TCP', async () => {
    const name = 'many.shop.svc.cluster.local';
    expect(await overUdp(query(name))).toMatchObject({ flag_tc: true, answers: [] });
    const socket = connect(port, '127.0.0.1');
    const message = query(name);
    // In two pieces, as TCP may deliver it.
    socket.write(Buffer.concat([Buffer.from([0, message.length]), message.subarray(0, 5)]));
    socket.write(message.subarray(5));
    let answer = Buffer.alloc(0);
    while (answer.length < 2 || answer.length < 2 + answer.readUInt16BE(0)) {
      const [part] = (await once(socket, 'data')) as [Buffer];
      answer = Buffer.concat([answer, part]);
    }
    socket.destroy();
    const { answers, ...packet } = decode(answer.subarray(2));
    expect(packet).toMatchObject({ id: 7, flag_tc: false });
    expect(answers).toHaveLength(60);
  });
});
