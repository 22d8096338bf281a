import { Platform } from '../../constructs/core/platform';
import type { Endpoint } from '../../constructs/core/endpoint';
import { Workload } from '../../constructs/core/workload';
import { startOrder } from '../../stacks/start-order';
import { CONTAINER, TestComponent, testPlatform } from '../constructs/core/fixture';

function platformWith(
  names: readonly string[],
  connections: readonly (readonly [string, string])[],
): Platform {
  const platform = testPlatform();
  const workloads = new Map<string, { workload: Workload; endpoint: Endpoint<'state', 'http'> }>();
  for (const name of names) {
    const workload = new Workload(new TestComponent(platform, name), name, {
      kind: 'Deployment',
      uid: 1000,
      drainSeconds: 30,
      container: CONTAINER,
    });
    const endpoint = workload.listen({
      name: 'http',
      port: 3100,
      protocol: 'http',
      signals: ['state'],
      access: 'read',
    });
    workloads.set(name, { workload, endpoint });
  }
  for (const [from, to] of connections) {
    const target = workloads.get(to);
    if (target === undefined) throw new Error(`no ${to}`);
    workloads.get(from)?.workload.connect(target.endpoint, { signals: ['state'], purpose: 'test' });
  }
  return platform;
}

test('a component starts after everything that it connects to', () => {
  const platform = platformWith(
    ['a', 'b', 'c', 'd'],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'd'],
    ],
  );
  expect(Object.fromEntries(startOrder(platform, new Set()))).toEqual({ c: 2, d: 2, b: 3, a: 4 });
});

test('a ring starts together, after what it needs and before what needs it', () => {
  const platform = platformWith(
    ['user', 'x', 'y', 'z', 'base'],
    [
      ['x', 'y'],
      ['y', 'z'],
      ['z', 'x'],
      ['y', 'base'],
      ['user', 'z'],
    ],
  );
  expect(Object.fromEntries(startOrder(platform, new Set()))).toEqual({ base: 2, x: 3, y: 3, z: 3, user: 4 });
});

test('the order of composition does not matter', () => {
  const names = ['user', 'x', 'y', 'z', 'base'];
  const connections = [
    ['x', 'y'],
    ['y', 'x'],
    ['z', 'y'],
    ['user', 'z'],
    ['x', 'base'],
  ] as const;
  const waves = (order: readonly string[]): unknown =>
    Object.fromEntries([...startOrder(platformWith(order, connections), new Set())].sort());
  expect(waves([...names].reverse())).toEqual(waves(names));
});

test('scraping is no reason to wait', () => {
  const platform = platformWith(['scraper', 'target'], [['target', 'scraper']]);
  const [scraper, target] = platform.graph.parties;
  if (!(scraper instanceof Workload && target instanceof Workload)) throw new Error('two workloads');
  const metrics = target.listen({
    name: 'metrics',
    port: 9090,
    protocol: 'prometheus-scrape',
    signals: ['metrics'],
    access: 'read',
  });
  scraper.connect(metrics, { signals: ['metrics'], purpose: 'its metrics' });
  expect(Object.fromEntries(startOrder(platform, new Set()))).toEqual({ scraper: 2, target: 3 });
});

test('what everything lives in comes first', () => {
  const platform = platformWith(['a', 'spaces'], []);
  expect(Object.fromEntries(startOrder(platform, new Set(['spaces'])))).toEqual({ a: 2, spaces: 0 });
});
