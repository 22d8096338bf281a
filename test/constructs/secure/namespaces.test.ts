/**
 * Namespaces: closed by default, with a quota that the declared pods fit into; the scan of exactly their images.
 */
import { External } from '../../../constructs/core/party';
import { Workload } from '../../../constructs/core/workload';
import { CertificateAuthority } from '../../../constructs/secure/certificate-authority';
import { Namespaces } from '../../../constructs/secure/namespaces';
import { Trivy } from '../../../constructs/secure/trivy';
import {
  CONTAINER,
  manifest,
  manifests,
  platformOfUnknownSize,
  problemsOf,
  TestComponent,
  testPlatform,
} from '../core/fixture';

test('a namespace is restricted, guarded by the policies, and denies all traffic', () => {
  const platform = testPlatform();
  new Namespaces(platform, 'namespaces', { namespaces: { test: { podSecurity: 'restricted' } } });
  expect(manifest(platform, 'Namespace', 'test').metadata).toEqual({
    name: 'test',
    labels: {
      'app.kubernetes.io/managed-by': 'hyperion',
      'app.kubernetes.io/name': 'namespaces',
      'app.kubernetes.io/part-of': 'test-system',
      'hyperion.example.com/environment': 'test',
      'hyperion.example.com/policies': 'enforced',
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    },
  });
  expect(manifest(platform, 'NetworkPolicy', 'default-deny')).toMatchObject({
    metadata: { namespace: 'test' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
});

test('the quota is what the pods ask for at their largest, and half as much again', () => {
  const platform = testPlatform();
  new Namespaces(platform, 'namespaces', {
    namespaces: { test: { podSecurity: 'restricted', loadBalancers: 1 } },
  });
  const component = new TestComponent(platform, 'web');
  new Workload(component, 'web', {
    kind: 'Deployment',
    replicas: 2,
    autoscale: { maxReplicas: 4, cpuPercent: 70 },
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  platform.runDerivers();
  // 4 pods of 100m and 128 MiB, times 1.5.
  expect(manifest(platform, 'ResourceQuota', 'compute').spec).toEqual({
    hard: {
      pods: '11',
      'requests.cpu': '600m',
      'requests.memory': '768Mi',
      'services.loadbalancers': '1',
      'services.nodeports': '1',
    },
  });
});

test('a certificate authority signs in its namespace only', () => {
  const platform = testPlatform();
  const { issuer } = new CertificateAuthority(platform, 'test-ca', { namespace: 'test' });
  expect(issuer).toEqual({ kind: 'Issuer', name: 'test-ca' });
  expect(
    manifests(platform)
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
      .sort(),
  ).toEqual(['Certificate test/test-ca-root', 'Issuer test/test-ca', 'Issuer test/test-ca-self-signed']);
  expect(manifest(platform, 'Certificate', 'test-ca-root').spec).toMatchObject({
    isCA: true,
    issuerRef: { name: 'test-ca-self-signed' },
  });
});

test('the scan reads exactly the images of the environment, its own included', () => {
  const platform = testPlatform();
  new Workload(new TestComponent(platform, 'web'), 'web', {
    kind: 'Deployment',
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  const outside = new External(platform, 'internet', { description: 'internet', cidrs: ['0.0.0.0/0'] });
  const trivy = new Trivy(platform, 'trivy', {
    namespace: 'test',
    internet: outside.listen({
      name: 'https',
      port: 443,
      protocol: 'https',
      signals: ['web'],
      access: 'control',
    }),
  });
  platform.runDerivers();
  expect(trivy.configs.flatMap(({ files }) => files).map(({ name, text }) => [name, text])).toEqual([
    ['images.txt', 'docker.io/grafana/loki:3.7.8\nghcr.io/aquasecurity/trivy:0.72.0\n'],
    [
      'scan.sh',
      [
        'failed=0',
        'while read -r image; do',
        '  trivy image --quiet --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 --timeout 15m "$image" || failed=1',
        'done < /etc/trivy/images.txt',
        'exit "$failed"',
        '',
      ].join('\n'),
    ],
  ]);
  expect(manifest(platform, 'CronJob', 'trivy').spec).toMatchObject({
    schedule: '17 3 * * *',
    concurrencyPolicy: 'Forbid',
  });
});

test('a node agent counts once for each node that the cluster may have', () => {
  const platform = testPlatform({ nodes: 10 });
  new Namespaces(platform, 'namespaces', { namespaces: { test: { podSecurity: 'restricted' } } });
  new Workload(new TestComponent(platform, 'agent'), 'agent', {
    kind: 'DaemonSet',
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  platform.runDerivers();
  // 10 pods of 100m and 128 MiB, times 1.5.
  expect(manifest(platform, 'ResourceQuota', 'compute').spec).toEqual({
    hard: {
      pods: '20',
      'requests.cpu': '1500m',
      'requests.memory': '1920Mi',
      'services.loadbalancers': '0',
      'services.nodeports': '0',
    },
  });
});

test('a node agent where nobody says how many nodes there are is reported', () => {
  const platform = platformOfUnknownSize();
  new Workload(new TestComponent(platform, 'agent'), 'agent', {
    kind: 'DaemonSet',
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  expect(problemsOf(platform)).toContain(
    [
      'test/agent/agent: kind = "DaemonSet"',
      '  rule:   a DaemonSet has a pod on each node, which the quota of its namespace has to hold',
      '  remedy: say in the environment how many nodes the cluster has: nodes',
    ].join('\n'),
  );
});
