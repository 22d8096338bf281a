import { isolationRules, parseCounters } from '../../../../stacks/local/node/firewall-loader';
import { nodeBatch, podBatch } from '../../../../stacks/local/node/network';
import { NODE_ADDRESS } from '../../../../stacks/local/plan/addresses';
import { pod } from './small-plan';

const web = pod({ name: 'web-0', address: '10.244.1.1', containers: [] });

test('each pod has a namespace, a veth pair and a route; its names fit into an interface’s 15 characters', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({ ...web, name: `web-${index}` }));
  const lines = nodeBatch(many).split('\n');
  expect(lines).toContain('netns add pod999');
  expect(lines).toContain('link add pod999 type veth peer name eth0 netns pod999');
  expect(lines).toContain(`route add 10.244.1.1/32 dev pod0 src ${NODE_ADDRESS}`);
});

test('a pod reaches everything through the node', () => {
  expect(podBatch(web)).toBe(
    [
      'link set lo up',
      'address add 10.244.1.1/32 dev eth0',
      'link set eth0 up',
      `route add ${NODE_ADDRESS}/32 dev eth0`,
      `route add default via ${NODE_ADDRESS} dev eth0`,
      '',
    ].join('\n'),
  );
});

test('counters are read from the rules that count', () => {
  const listing = [
    'table ip hyperion_ingress {',
    '\tchain egress_web {',
    '\t\ttcp dport 53 accept',
    '\t\tcounter packets 3 bytes 180 drop comment "no NetworkPolicy allows it"',
    '\t}',
    '}',
  ].join('\n');
  expect(parseCounters(listing)).toEqual([
    { chain: 'egress_web', rule: 'drop comment "no NetworkPolicy allows it"', packets: 3, bytes: 180 },
  ]);
});

test('nobody is cut off unless asked, and an earlier cut is taken back', () => {
  expect(isolationRules([])).toBe('table ip hyperion_isolation\ndelete table ip hyperion_isolation\n');
  expect(isolationRules(['10.244.1.1', '10.244.1.2'])).toContain(
    'ip daddr { 10.244.1.1, 10.244.1.2 } counter drop',
  );
});
