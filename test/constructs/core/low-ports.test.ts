import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, manifest, TestComponent, testPlatform } from './fixture';

/** The pod's settings of the kernel after these ports were opened, in this order. */
function sysctls(...ports: readonly number[]): unknown {
  const platform = testPlatform();
  const workload = new Workload(new TestComponent(platform, 'web'), 'web', {
    kind: 'Deployment',
    uid: 1000,
    drainSeconds: 30,
    container: CONTAINER,
  });
  for (const port of ports) {
    workload.listen({ name: `p${port}`, port, protocol: 'http', signals: ['web'], access: 'control' });
  }
  const { spec } = manifest(platform, 'Deployment', 'web') as unknown as {
    spec: { template: { spec: { securityContext: { sysctls?: unknown } } } };
  };
  return spec.template.spec.securityContext.sysctls;
}

test('a port below 1024 is let to a process that is not root', () => {
  expect(sysctls(80)).toEqual([{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }]);
});

test.each([
  [[443, 80], '80'],
  [[80, 443], '80'],
])('of several, the lowest counts: %j', (ports, value) => {
  expect(sysctls(...ports)).toEqual([{ name: 'net.ipv4.ip_unprivileged_port_start', value }]);
});

test('other pods keep the kernel as it is', () => {
  expect(sysctls(1024, 8080)).toBeUndefined();
});
