import { clusterAddress, loopbackAddress, podAddress } from '../../../../stacks/local/plan/addresses';
import { ENVIRONMENT_NAMES } from '../../../environments';

test('a workload has a block, its pods follow each other', () => {
  expect([podAddress(0, 0), podAddress(0, 1), podAddress(7, 0), podAddress(254, 253)]).toEqual([
    '10.244.1.1',
    '10.244.1.2',
    '10.244.8.1',
    '10.244.255.254',
  ]);
});

test('more than fit are refused', () => {
  expect(() => podAddress(255, 0)).toThrow(
    'pod 0 of workload 255: 10.244.0.0/16 holds 255 workloads of 254 pods; run fewer',
  );
  expect(() => podAddress(3, 254)).toThrow('pod 254 of workload 3');
  expect(() => clusterAddress(255 * 254)).toThrow('10.96.0.0/16 holds 64770 Services');
});

test('a Service has the same last bytes in the cluster and on the host', () => {
  expect([clusterAddress(0), clusterAddress(253), clusterAddress(254)]).toEqual([
    '10.96.1.1',
    '10.96.1.254',
    '10.96.2.1',
  ]);
  expect(loopbackAddress('hyperion-dev', 254)).toBe('127.118.2.1');
});

test('every environment has its own part of 127.64.0.0/10', () => {
  const parts = ENVIRONMENT_NAMES.map((name) => Number(loopbackAddress(name, 0).split('.')[1]));
  expect(new Set(parts).size).toBe(parts.length);
  expect(parts.filter((part) => part < 64 || part > 127)).toEqual([]);
});
