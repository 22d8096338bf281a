import fc from 'fast-check';
import { checkCluster, type ClusterSettings } from '../../../infra/azure/cluster-settings';
import { allocatable, NODE_SIZES } from '../../../infra/azure/node-sizes';
import type { CloudDemand } from '../../../infra/cloud';
import { SettingError } from '../../../infra/setting-error';
import { CLUSTER_SETTINGS, DEMAND } from './azure-fixture';

function message(settings: Partial<ClusterSettings>, demand: Partial<CloudDemand> = {}): string {
  const problems = checkCluster({ ...CLUSTER_SETTINGS, ...settings }, { ...DEMAND, ...demand }, 'cluster');
  return new SettingError(problems).message;
}

const apps = (pool: Partial<ClusterSettings['workloadPools'][string]>): Partial<ClusterSettings> => ({
  workloadPools: { apps: { size: 'Standard_D8s_v5', minPerZone: 1, maxPerZone: 4, ...pool } },
});

describe('checkCluster', () => {
  it('finds nothing wrong with good settings', () => {
    expect(message({})).toBe('');
  });

  it('knows the versions of Kubernetes that the platform is tested with', () => {
    expect(message({ kubernetesVersion: '1.29' })).toBe(
      [
        'cluster: kubernetesVersion = "1.29"',
        '  rule:   the platform is tested with the minor versions 1.34, 1.35, 1.36',
        '  remedy: choose one of these, without a patch version; upgrade one minor version at a time',
      ].join('\n'),
    );
  });

  it('keeps the API server of a production inside the network', () => {
    const apiServer = { access: 'public' as const, callers: ['203.0.113.0/28'] };
    expect(message({ apiServer })).toBe(
      [
        'cluster.apiServer: access = "public"',
        '  rule:   the API server of a production answers inside the network only',
        "  remedy: set it to private, and run the pipeline from a network that reaches the environment's",
      ].join('\n'),
    );
    expect(message({ apiServer }, { tier: 'dev' })).toBe('');
  });

  it.each(['0.0.0.0/0', '128.0.0.0/1', '203.0.113.7/28', 'home'])(
    'opens no API server to %s',
    (authorizedRange) => {
      const apiServer = { access: 'public' as const, callers: [authorizedRange] };
      expect(message({ apiServer }, { tier: 'dev' })).toBe(
        [
          `cluster.apiServer: callers = "${authorizedRange}"`,
          '  rule:   who may reach the API server is a list of CIDR blocks that begin at their own first address, of a /8 or smaller',
          '  remedy: name the networks of people and pipelines, e.g. 203.0.113.0/28',
        ].join('\n'),
      );
    },
  );

  it.each([3, 25])('knows how long a maintenance window is: not %i hours', (durationHours) => {
    expect(message({ maintenance: { ...CLUSTER_SETTINGS.maintenance, durationHours } })).toBe(
      [
        `cluster.maintenance: durationHours = ${durationHours}`,
        '  rule:   a maintenance window of AKS is 4 to 24 hours long',
        '  remedy: choose 4 to 24',
      ].join('\n'),
    );
  });

  it('says what to do about a size that it does not know', () => {
    expect(message(apps({ size: 'Standard_Z9' }))).toBe(
      [
        'cluster.workloadPools.apps: size = "Standard_Z9"',
        '  rule:   the vCPUs, the memory and the zones of a size have to be known, to tell whether the platform fits',
        `  remedy: choose one of ${Object.keys(NODE_SIZES).join(', ')}, or add the size to infra/azure/node-sizes.ts`,
      ].join('\n'),
    );
  });

  it('wants a size with zones where there are several', () => {
    expect(message(apps({ size: 'Standard_DS4' }))).toBe(
      [
        'cluster.workloadPools.apps: size = "Standard_DS4"',
        '  rule:   the environment spreads over 3 zones, and Azure offers this size in none',
        '  remedy: choose a size with zones, e.g. Standard_D8s_v5',
      ].join('\n'),
    );
    expect(message(apps({ size: 'Standard_DS4', maxPerZone: 12 }), { tier: 'dev', zones: 1 })).toBe('');
  });

  it('lets no pool shrink when it grows', () => {
    expect(message(apps({ minPerZone: 5 }))).toBe(
      [
        'cluster.workloadPools.apps: maxPerZone = 4',
        '  rule:   a pool grows from minPerZone (5) to maxPerZone, which is at least 1',
        '  remedy: set maxPerZone to 5 or more',
      ].join('\n'),
    );
    expect(message({ systemPool: { size: 'Standard_D4s_v5', min: 3, max: 2 } })).toContain(
      'rule:   a pool grows from min (3) to max, which is at least 1',
    );
  });

  it('wants a system node in each zone of a production', () => {
    const systemPool = { size: 'Standard_D4s_v5', min: 2, max: 6 };
    expect(message({ systemPool })).toBe(
      [
        'cluster.systemPool: min = 2',
        '  rule:   the system pool of a production has a node in each of its 3 zones',
        '  remedy: set it to 3 or more',
      ].join('\n'),
    );
    expect(message({ systemPool }, { tier: 'dev' })).toBe('');
    expect(message({ systemPool: { ...systemPool, min: 0 } }, { tier: 'dev' })).toContain(
      'rule:   AKS keeps at least one node in the system pool',
    );
  });

  it.each(['metricsstores', 'Stores', 'system2'])('knows that no pool can be called %s', (name) => {
    const pool = { size: 'Standard_D8s_v5', minPerZone: 1, maxPerZone: 4 };
    expect(message({ workloadPools: { [name]: pool } })).toBe(
      [
        `cluster.workloadPools: ${name} = "${name}"`,
        "  rule:   the name of a pool has 1 to 11 lower-case letters and digits, a letter first, and does not begin with system (AKS takes 12, and the zone's digit is one)",
        '  remedy: choose another name, e.g. stores',
      ].join('\n'),
    );
  });

  it('shows the arithmetic when the platform does not fit', () => {
    expect(message(apps({ maxPerZone: 2 }))).toBe(
      [
        'cluster: workloadPools = {"apps":2}',
        "  rule:   the platform's pods request 60000m CPU and 200000 MiB, and 90 % of the pools at their largest are 42228m CPU and 164257 MiB (apps: 3 zones × 2 × Standard_D8s_v5 with 7820m CPU and 30418 MiB for pods)",
        '  remedy: raise maxPerZone, choose a larger size, or add a pool',
      ].join('\n'),
    );
  });

  it('takes any pools whose nodes hold the sum, and none whose nodes do not', () => {
    const sizes = fc.constantFrom('Standard_D4s_v5', 'Standard_D8s_v5', 'Standard_E16s_v5');
    const counts = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(sizes, counts, fc.integer({ min: 1, max: 3 }), (size, maxPerZone, zones) => {
        const known = NODE_SIZES[size];
        if (known === undefined) throw new Error(size);
        const { cpuMillis } = allocatable(known);
        const room = Math.floor(0.9 * zones * maxPerZone * cpuMillis);
        const fits = (request: number): string =>
          message(apps({ size, maxPerZone }), {
            tier: 'dev',
            zones,
            requests: { cpuMillis: request, memoryMebibytes: 0 },
          });
        expect(fits(room - 1)).toBe('');
        expect(fits(room + 2)).toContain("the platform's pods request");
      }),
    );
  });
});

describe('allocatable', () => {
  it('keeps back what AKS does', () => {
    // 8 vCPUs, 32 GiB: 180m; 20 MiB for each of 110 pods and 50 MiB, and 100 MiB before eviction.
    expect(allocatable({ vcpus: 8, memoryGibibytes: 32, zones: true })).toEqual({
      cpuMillis: 7820,
      memoryMebibytes: 32_768 - 2250 - 100,
    });
    // A small node: never more than a quarter of its memory.
    expect(allocatable({ vcpus: 2, memoryGibibytes: 8, zones: true })).toEqual({
      cpuMillis: 1900,
      memoryMebibytes: 8192 - 2048 - 100,
    });
  });
});
