/**
 * The door of a metrics store for logs and traces: what a user may send, and a door that nobody may pass.
 */
import { parse } from 'yaml';
import { SecretRef } from '../../../constructs/core/secrets';
import { Vmauth } from '../../../constructs/store/vmauth';
import { testPlatform, TestComponent, CONTAINER, problemsOf } from '../core/fixture';
import { Workload } from '../../../constructs/core/workload';

function stores() {
  const platform = testPlatform();
  const workload = new Workload(new TestComponent(platform, 'store'), 'store', {
    kind: 'Deployment',
    uid: 1000,
    drainSeconds: 10,
    container: CONTAINER,
  });
  const logs = workload.listen({
    name: 'http',
    port: 3100,
    protocol: 'otlp-http',
    signals: ['logs'],
    access: 'write',
    path: '/otlp',
  });
  return { platform, logs };
}

test('what a user may send goes to its store with the path that the store has, and nothing else', () => {
  const { platform, logs } = stores();
  const vmauth = new Vmauth(platform, 'vmauth', {
    namespace: 'test',
    users: { dev: { token: SecretRef.named('dev-token'), otlp: { logs } } },
  });
  const { users } = parse(vmauth.configs[0]?.files[0]?.text ?? '') as { users: { url_map: object[] }[] };
  expect(users[0]?.url_map).toEqual([
    { src_paths: ['/v1/logs'], url_prefix: 'http://store.test.svc.cluster.local:3100/otlp' },
  ]);
  expect(vmauth.otlp.signals).toEqual(['logs']);
  expect(vmauth.otlp.auth.accepted.map(({ name }) => name)).toEqual(['dev-token']);
});

test('reports a connection to the door for OTLP where no user may send any', () => {
  const platform = testPlatform();
  const vmauth = new Vmauth(platform, 'vmauth', {
    namespace: 'test',
    users: { dev: { token: SecretRef.named('dev-token') } },
  });
  expect(vmauth.otlp.port).toBe(8427);
  expect(problemsOf(platform)).toContain(
    [
      'test/vmauth: users = ["dev"]',
      '  rule:   somebody connects to otlp, and none of these sends any',
      '  remedy: give a user otlp',
    ].join('\n'),
  );
});
