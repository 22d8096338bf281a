/** Two applications behind HAProxy, as the tests of this folder and the proof with a real one need them. */
import { Duration } from 'cdk8s';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { Workload } from '../../../constructs/core/workload';
import { HAProxy, type HAProxyProps, type HAProxyRoute } from '../../../constructs/ingress/haproxy';
import { CONTAINER, TestComponent, testPlatform } from '../core/fixture';

export interface Sample {
  readonly platform: Platform;
  readonly haproxy: HAProxy;
}

/** `shop` is a Deployment, `ledger` a StatefulSet of two. */
export function sampleHAProxy(
  props: Partial<HAProxyProps> = {},
  change: (routes: HAProxyRoute[], offices: External) => HAProxyRoute[] = (routes) => routes,
  guests: readonly string[] = ['10.5.0.0/16'],
): Sample {
  const platform = testPlatform({ zones: 3 });
  const offices = new External(platform, 'offices', {
    description: 'Offices',
    cidrs: guests,
    except: ['10.5.9.0/24'],
  });
  const scraper = new Workload(new TestComponent(platform, 'scraper'), 'scraper', {
    kind: 'Deployment',
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  const application = (id: string, kind: 'Deployment' | 'StatefulSet'): Workload =>
    new Workload(new TestComponent(platform, id, { layer: 'view' }), id, {
      kind,
      replicas: 2,
      uid: 1,
      drainSeconds: 1,
      container: CONTAINER,
    });
  const web = { name: 'web', protocol: 'http', signals: ['web'], access: 'read' } as const;
  const routes: HAProxyRoute[] = [
    {
      name: 'shop',
      host: 'shop.example.com',
      to: application('shop', 'Deployment').listen({ ...web, port: 8000 }),
      signals: ['web'],
      from: [offices],
      healthPath: '/healthz',
      timeout: Duration.seconds(30),
      requestsPerSecond: 20,
    },
    {
      name: 'ledger',
      host: 'ledger.example.com',
      to: application('ledger', 'StatefulSet').listen({ ...web, port: 8001 }),
      signals: ['web'],
      from: [offices],
      healthPath: '/ready',
      timeout: Duration.minutes(2),
      requestsPerSecond: 100,
    },
  ];
  const haproxy = new HAProxy(platform, 'haproxy', {
    namespace: 'test',
    certificates: { kind: 'issuer', issuer: { kind: 'ClusterIssuer', name: 'public' } },
    exposure: { kind: 'internal-load-balancer', address: '10.0.16.10' },
    routes: change(routes, offices),
    ...props,
  });
  scraper.connect(haproxy.metrics, { signals: ['metrics'], purpose: 'scrape' });
  if (haproxy.legacyMetrics !== undefined) {
    scraper.connect(haproxy.legacyMetrics, { signals: ['metrics'], purpose: 'scrape' });
  }
  return { platform, haproxy };
}

export function configFile({ haproxy }: Sample, name: string): string {
  const found = haproxy.configs.flatMap(({ files }) => files).find((file) => file.name === name);
  if (found === undefined) throw new Error(`no file ${name}`);
  return found.text;
}
