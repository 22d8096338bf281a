import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { complete } from '../../../constructs/core/complete';
import { TailscaleIngress, type TailscaleIngressProps } from '../../../constructs/ingress/tailscale-ingress';
import { manifest, problemsOf, testPlatform } from '../core/fixture';

function made(props: Partial<TailscaleIngressProps> = {}): { platform: Platform; ingress: TailscaleIngress } {
  const platform = testPlatform();
  const grafana = new External(platform, 'grafana', {
    description: 'Grafana',
    pods: { namespace: 'view', labels: { app: 'grafana' } },
  });
  const endpoint = grafana.listen({
    name: 'http',
    port: 3000,
    protocol: 'http',
    signals: ['web'],
    access: 'read',
  });
  const ingress = new TailscaleIngress(platform, 'grafana-tailscale', {
    namespace: 'view',
    machine: 'grafana',
    tailnet: 'walleye-monster',
    to: { endpoint, service: 'grafana' },
    ...props,
  });
  return { platform, ingress };
}

test('an Ingress of Tailscale’s class, with the machine’s name and TLS', () => {
  const { platform, ingress } = made();
  complete(platform);
  expect(ingress.host).toBe('grafana.walleye-monster.ts.net');
  expect(manifest(platform, 'Ingress', 'grafana-tailscale').spec).toEqual({
    ingressClassName: 'tailscale',
    tls: [{ hosts: ['grafana'] }],
    defaultBackend: { service: { name: 'grafana', port: { number: 3000 } } },
  });
});

test('people come through the operator’s proxy, and only through it', () => {
  const { platform } = made();
  expect(platform.graph.connections.map(({ from, to }) => `${from.id} → ${to.owner.id}`)).toEqual([
    'tailnet → grafana-tailscale-proxy',
    'grafana-tailscale-proxy → grafana',
  ]);
});

test.each([
  ['machine', { machine: 'Grafana' }, 'Grafana', 'shorten or rename it'],
  [
    'tailnet',
    { tailnet: 'walleye-monster.ts.net' },
    'walleye-monster.ts.net',
    'give the name alone, without .ts.net',
  ],
])('a %s that is no part of a host name is refused', (property, props, value, remedy) => {
  expect(problemsOf(made(props).platform)).toContain(
    [
      `test/grafana-tailscale: ${property} = "${value}"`,
      '  rule:   it is one part of a host name: a-z, 0-9 and hyphens, at most 63',
      `  remedy: ${remedy}`,
    ].join('\n'),
  );
});
