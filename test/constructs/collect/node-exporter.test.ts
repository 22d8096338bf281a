import { complete } from '../../../constructs/core/complete';
import { isAllowed, type Host, type NetworkPolicy } from '../../properties/network-evaluator';
import { manifest, manifests } from '../core/fixture';
import { clusterAgent } from './cluster-fixture';

interface PodSpec {
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly ports: readonly object[];
    readonly volumeMounts: readonly object[];
    readonly securityContext: object;
  }[];
  readonly volumes: readonly object[];
}

const { platform } = clusterAgent();
complete(platform);
const { spec } = manifest(platform, 'DaemonSet', 'node-exporter') as unknown as {
  spec: { template: { spec: PodSpec } };
};
const pod = spec.template.spec;
const [container] = pod.containers;

test('it reads the node through three paths, none of which it may change', () => {
  expect(container?.volumeMounts).toEqual([
    expect.objectContaining({ mountPath: '/host/proc', readOnly: true }),
    expect.objectContaining({
      mountPath: '/host/sys',
      readOnly: true,
      mountPropagation: 'HostToContainer',
    }),
    expect.objectContaining({
      mountPath: '/host/root',
      readOnly: true,
      mountPropagation: 'HostToContainer',
    }),
  ]);
  expect(container?.args).toEqual([
    '--web.listen-address=[$(NODE_ADDRESS)]:9100',
    '--path.procfs=/host/proc',
    '--path.sysfs=/host/sys',
    '--path.rootfs=/host/root',
    '--path.udev.data=/host/root/run/udev/data',
    '--no-collector.wifi',
    '--no-collector.btrfs',
    '--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/k3s/containerd/.+|var/lib/docker/.+|var/lib/kubelet/pods/.+)($|/)',
    '--collector.netclass.ignored-devices=^(veth.*|[a-f0-9]{15})$',
    '--collector.netdev.device-exclude=^(veth.*|[a-f0-9]{15})$',
  ]);
});

test('it sees the node’s network and processes as nobody, and stands on every node', () => {
  expect(pod).toMatchObject({
    hostNetwork: true,
    hostPID: true,
    automountServiceAccountToken: false,
    tolerations: [{ operator: 'Exists' }],
    securityContext: { runAsNonRoot: true, runAsUser: 65534 },
  });
  expect(container).toMatchObject({
    ports: [{ containerPort: 9100, name: 'metrics', protocol: 'TCP' }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  });
});

test('policies name it by its node’s address', () => {
  const policies = manifests(platform).filter(
    ({ kind }) => kind === 'NetworkPolicy',
  ) as unknown as NetworkPolicy[];
  const agent: Host = {
    kind: 'pod',
    namespace: 'monitoring',
    labels: { 'app.kubernetes.io/name': 'vmagent', 'app.kubernetes.io/component': 'vmagent' },
  };
  const reaches = (address: string, port: number): boolean =>
    isAllowed(policies, { from: agent, to: { kind: 'address', address }, port, protocol: 'TCP' });
  expect(reaches('10.20.3.7', 9100)).toBe(true);
  expect(reaches('10.20.3.7', 10250)).toBe(true);
  expect(reaches('10.20.3.7', 22)).toBe(false);
  expect(reaches('10.21.0.1', 9100)).toBe(false);
});
