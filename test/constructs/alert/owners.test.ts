import { ownershipFinder } from '../../../constructs/alert/owners';
import type { PlatformProps } from '../../../constructs/core/platform';
import { complete } from '../../../constructs/core/complete';
import { problemsOf } from '../core/fixture';
import { metricsSystem } from '../metrics-system';

/** `vm` has the workloads `vm-insert`, `vm-select` and `vm-storage`. */
function ownershipWith(owners: PlatformProps['owners']): ReturnType<typeof ownershipFinder> {
  const { platform } = metricsSystem({ platform: { owners: owners ?? {} } });
  complete(platform);
  return ownershipFinder(platform);
}

it('gives an alert to whoever answers for its component, named by itself or by one of its workloads', () => {
  const ownership = ownershipWith({ storage: ['vm'], network: ['vmauth'] });
  const teams = (component: string): readonly string[] => ownership({ component }).teams;
  expect(['vm', 'vm-storage', 'vmauth', 'vmagent', 'nodes'].map(teams)).toEqual([
    ['storage'],
    ['storage'],
    ['network'],
    ['platform'],
    ['platform'],
  ]);
});

it('lets the job decide where an alert can be about components of several', () => {
  const ownership = ownershipWith({ storage: ['vm'], network: ['vmauth'] });
  const component = '{{ $labels.job }}';
  expect(ownership({ component, jobs: ['vm-insert', 'vm-select'] })).toEqual({
    teams: ['storage'],
    label: 'storage',
  });
  expect(ownership({ component, jobs: ['vm-insert', 'vmagent', 'vmauth', 'vm-select'] })).toEqual({
    teams: ['network', 'platform', 'storage'],
    label:
      '{{ if match "^(vmauth)$" $labels.job }}network{{ else if match "^(vm-insert|vm-select)$" $labels.job }}storage{{ else }}platform{{ end }}',
  });
  expect(ownership({ component: '{{ $labels.spoke }}', jobs: [] })).toEqual({
    teams: ['platform'],
    label: 'platform',
  });
});

it('reports owners of what is not there, and what has two', () => {
  const { platform } = metricsSystem({
    platform: { owners: { storage: ['vm', 'influxdb'], network: ['vm'] } },
  });
  expect(problemsOf(platform)).toBe(
    [
      'test: owners.storage = "influxdb"',
      '  rule:   a team answers for components of its environment: vm, vmauth, alertmanager, vmalert, vmagent, clients',
      '  remedy: correct the name, or leave it out',
      'test: owners.network = "vm"',
      '  rule:   one team answers for a component, and this one is of storage already',
      '  remedy: leave one of the two out',
    ].join('\n'),
  );
});
