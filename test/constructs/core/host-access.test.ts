/**
 * Node agents: what only they get, literal.
 */
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, manifest, testPlatform, TestComponent } from './fixture';

function podSpec(host: boolean): Record<string, unknown> {
  const platform = testPlatform();
  new Workload(new TestComponent(platform, 'agent'), 'agent', {
    kind: 'DaemonSet',
    uid: 10001,
    drainSeconds: 1,
    container: CONTAINER,
    ...(host ? { host: { reason: 'a test', network: { nodes: ['10.0.0.0/16'] }, processes: true } } : {}),
  });
  const { spec } = manifest(platform, 'DaemonSet', 'agent') as unknown as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  return spec.template.spec;
}

test('a node agent stands on every node, whatever its taints, in its network and among its processes', () => {
  expect(podSpec(true)).toMatchObject({
    tolerations: [{ operator: 'Exists' }],
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
    hostPID: true,
  });
});

test('another DaemonSet stays off tainted nodes, and in a network of its own', () => {
  const spec = podSpec(false);
  expect(Object.keys(spec)).not.toEqual(expect.arrayContaining(['tolerations']));
  expect(spec).toMatchObject({ hostNetwork: false, dnsPolicy: 'ClusterFirst' });
  expect(spec.hostPID).toBeUndefined();
});
