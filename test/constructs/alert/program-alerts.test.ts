import { programAlerts } from '../../../constructs/alert/program-alerts';
import { ALL_PROGRAM_ALERTS } from '../../../constructs/alert/programs/all';
import type { AlertRule } from '../../../constructs/alert/rules';
import { CATALOG } from '../../../constructs/core/catalog';
import { complete } from '../../../constructs/core/complete';
import { metricsSystem } from '../metrics-system';

const { platform } = metricsSystem();
complete(platform);

function alertsOf(props: Parameters<typeof programAlerts>[1]): AlertRule[] {
  return programAlerts(platform, props).flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));
}

function alert(name: string, props: Parameters<typeof programAlerts>[1]): AlertRule | undefined {
  return alertsOf(props).find((rule) => rule.alert === name);
}

it('makes the alerts of what runs, and of nothing else', () => {
  const names = alertsOf({ evaluatedBy: 'vmalert' }).map((rule) => rule.alert);
  expect(names).toEqual(expect.arrayContaining(['MetricsStoreReadOnly', 'ScrapeAgentDropsData', 'Watchdog']));
  expect(names.filter((name) => /Kafka|Spans|Replica|HAProxy/.test(name))).toEqual([]);
});

it('asks for the jobs of the program, and says which they are', () => {
  expect(alert('MetricsStoreReadOnly', { evaluatedBy: 'vmalert' })).toMatchObject({
    expr: 'max by (job, pod) (vm_storage_is_read_only{job="vm-storage"}) == 1',
    jobs: ['vm-insert', 'vm-select', 'vm-storage'],
  });
});

it('asks for the labels that tell the platform’s series from others’', () => {
  expect(alert('ScrapeQueueGrowing', { evaluatedBy: 'vmalert', labels: { cluster: 'a' } })?.expr).toBe(
    'sum by (job, pod) (vmagent_remotewrite_pending_data_bytes{job="vmagent", cluster="a"}) > 104857600',
  );
});

it('keeps many clusters apart, says which one it is about, and knows no limits of others’ containers', () => {
  const props = { evaluatedBy: 'vmalert', manyClusters: true } as const;
  expect(alert('ScrapeQueueGrowing', props)).toMatchObject({
    expr: 'label_replace(sum by (cluster, job, pod) (vmagent_remotewrite_pending_data_bytes{job="vmagent"}) > 104857600, "spoke", "$1", "cluster", "(.+)")',
    summary:
      '{{ $labels.pod }} has {{ $value | humanize1024 }}B of metrics waiting for the store (cluster {{ $labels.spoke }})',
  });
  expect(alert('MemoryNearLimit', props)).toBeUndefined();
});

it('compares memory with the limit of the container, which it records', () => {
  const rules = programAlerts(platform, { evaluatedBy: 'vmalert' }).flatMap((group) => group.rules);
  expect(rules).toContainEqual({
    record: 'workload:memory_limit:bytes',
    labels: { job: 'vmagent' },
    expr: expect.stringMatching(/^vector\(\d+\)$/) as string,
  });
});

it('names programs of the catalogue, or jobs of the cluster', () => {
  const known = [
    ...Object.keys(CATALOG),
    'kubelet',
    'cadvisor',
    'api-server',
    'cert-manager',
    'external-secrets',
  ];
  expect(
    ALL_PROGRAM_ALERTS.flatMap(({ programs }) => programs).filter((name) => !known.includes(name)),
  ).toEqual([]);
});
