/**
 * Whoever evaluates and tells: vmalert or Prometheus, Alertmanager, the dead-man switch, what is down, and what meets the limits of
 * its container.
 */
import type { Platform } from '../../../../constructs/core/platform';
import { bytesOf } from '../../../../constructs/core/quantity';
import { scrapeJobs } from '../../../../constructs/core/scrape-jobs';
import { Workload } from '../../../../constructs/core/workload';
import type { AlertCase, AlertCases } from './case';

export const evaluationCases: AlertCases = ({ job, jobs }) => {
  const isVmalert = jobs('vmalert').length > 0;
  const component = job(isVmalert ? 'vmalert' : 'prometheus');
  const own = `job="${component}", pod="e-0"`;
  const group = isVmalert ? 'group="loki"' : 'rule_group="/rules.yml;loki"';
  const names = isVmalert
    ? {
        fail: 'vmalert_alerting_rules_errors_total',
        late: 'vmalert_iteration_missed_total',
        send: 'vmalert_alerts_send_errors_total',
      }
    : {
        fail: 'prometheus_rule_evaluation_failures_total',
        late: 'prometheus_rule_group_iterations_missed_total',
        send: 'prometheus_notifications_errors_total',
      };
  const addr = isVmalert ? 'addr="http://am-0"' : 'alertmanager="http://am-0"';
  const counted = (alert: string, series: string, severity: string): AlertCase => ({
    alert,
    series: { [series]: '0+1x60' },
    silent: { [series]: '3x60' },
    fires: { component, severity },
  });
  return [
    counted('RulesFail', `${names.fail}{${group}, ${own}}`, 'critical'),
    counted('RulesLate', `${names.late}{${group}, ${own}}`, 'warning'),
    counted('AlertsNotSent', `${names.send}{${addr}, ${own}}`, 'critical'),
    counted('RecordedSeriesLost', `vmalert_remotewrite_dropped_rows_total{${own}}`, 'warning'),
  ];
};

export const alertmanagerCases: AlertCases = ({ job }) => {
  const component = job('alertmanager');
  const members = (seen: number): Record<string, string> =>
    Object.fromEntries(
      [0, 1, 2].map((i) => [
        `alertmanager_cluster_members{job="${component}", pod="am-${i}"}`,
        `${i === 0 ? seen : 3}x60`,
      ]),
    );
  const failed = `alertmanager_notifications_failed_total{job="${component}", pod="am-0", integration="slack", reason="other"}`;
  return [
    {
      alert: 'NotificationsFail',
      series: { [failed]: '0+1x60' },
      silent: { [failed]: '2x60' },
      fires: { integration: 'slack', component, severity: 'critical' },
    },
    {
      alert: 'AlertmanagerClusterSplit',
      series: members(1),
      silent: members(3),
      fires: { component, severity: 'warning' },
    },
  ];
};

/** The switch has no healthy twin: it always fires, and that is what is tested. */
export const deadManCases: AlertCases = () => [
  {
    alert: 'Watchdog',
    series: {},
    silent: undefined,
    fires: { component: 'alerting', severity: 'info' },
    after: '1m',
  },
];

export const targetCases: AlertCases = ({ platform }) => {
  const jobs = scrapeJobs(platform.graph);
  // A DaemonSet's pods and the cluster's targets nobody can count.
  const one = jobs.find(({ uncounted }) => !uncounted);
  const many = jobs.find(({ uncounted, targets }) => !uncounted && targets > 1);
  const uncounted = jobs.find((job) => job.uncounted);
  const up = (name: string, count: number, of: number): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: of }, (_, i) => [
        `up{job="${name}", pod="p-${i}", instance="p-${i}"}`,
        `${i < count ? 1 : 0}x60`,
      ]),
    );
  const everything = Object.assign(
    {},
    ...jobs.map(({ name, targets }) => up(name, Math.max(1, targets), Math.max(1, targets))),
  ) as Record<string, string>;
  const cases: AlertCase[] = [
    {
      alert: 'ScrapingDown',
      series: {},
      silent: everything,
      fires: { component: 'scraping', severity: 'critical' },
    },
  ];
  if (one !== undefined) {
    cases.push({
      alert: 'ComponentDown',
      series: { ...everything, ...up(one.name, 0, one.targets) },
      silent: everything,
      fires: { component: one.name, severity: 'critical' },
    });
  }
  for (const { name, targets } of [many, uncounted].flatMap((job) => job ?? [])) {
    const all = Math.max(2, targets);
    cases.push({
      alert: 'ReplicaDown',
      series: { ...everything, ...up(name, all - 1, all) },
      silent: everything,
      fires: { component: name, severity: 'warning' },
    });
  }
  return cases;
};

export const resourceCases: AlertCases = ({ platform, job }) => {
  const component = [job('vmalert'), job('alertmanager'), job('loki')].find((name) =>
    scrapeJobs(platform.graph).some((scraped) => scraped.name === name),
  );
  const owner = platform.graph.parties.find(({ id }) => id === component);
  if (component === undefined || !(owner instanceof Workload)) return [];
  const { cpuMillis, cpuLimitMillis = cpuMillis * 2, memory } = owner.spec.container.resources;
  const own = `job="${component}", pod="r-0"`;
  const isVmalert = component === job('vmalert');
  const used = (share: number): Record<string, string> =>
    isVmalert
      ? { [`process_resident_memory_anon_bytes{${own}}`]: `${Math.round(bytesOf(memory) * share)}x60` }
      : {
          [`go_memstats_sys_bytes{${own}}`]: `${bytesOf(memory) * 2}x60`,
          // Given back to the kernel: it counts no more.
          [`go_memstats_heap_released_bytes{${own}}`]: `${Math.round(bytesOf(memory) * (2 - share))}x60`,
        };
  const busy = (share: number): Record<string, string> => ({
    [`process_cpu_seconds_total{${own}}`]: `0+${(share * cpuLimitMillis * 60) / 1000}x60`,
  });
  return [
    {
      alert: 'MemoryNearLimit',
      series: used(0.95),
      silent: used(0.8),
      fires: { pod: 'r-0', component, severity: 'warning', team: 'platform' },
    },
    {
      alert: 'CpuNearLimit',
      series: busy(0.97),
      silent: busy(0.5),
      fires: { pod: 'r-0', component, severity: 'warning' },
    },
    ...ownedCases(platform),
  ];
};

/** One alert for many components, and the team is that of the one that it fires for. */
function ownedCases({ owners, graph }: Platform): AlertCase[] {
  const jobs = scrapeJobs(graph).map(({ name }) => name);
  return Object.entries(owners).flatMap(([team, components]) =>
    components
      .filter((component) => jobs.includes(component))
      .map((component) => ({
        alert: 'CpuNearLimit',
        series: { [`process_cpu_seconds_total{job="${component}", pod="r-0"}`]: '0+6000x60' },
        silent: { [`process_cpu_seconds_total{job="${component}", pod="r-0"}`]: '0+0x60' },
        fires: { pod: 'r-0', component, severity: 'warning', team },
      })),
  );
}

export const spokeCases: AlertCases = () => {
  const jobs = ['vmagent', 'node-exporter', 'kube-state-metrics', 'kubelet', 'cadvisor', 'api-server'];
  const cluster = (name: string, values: string, without?: string): Record<string, string> =>
    Object.fromEntries(
      jobs
        .filter((job) => job !== without)
        .map((job) => [`up{cluster="${name}", environment="x", job="${job}", instance="i"}`, values]),
    );
  const spokes = ['infra', 'dev', 'staging', 'prod'];
  const all = Object.assign({}, ...spokes.map((name) => cluster(name, '1x60'))) as Record<string, string>;
  return [
    {
      alert: 'SpokeSilent',
      series: { ...all, ...cluster('dev', '1x20 _x40') },
      // A target that is down still speaks.
      silent: { ...all, ...cluster('dev', '0x60') },
      fires: { component: 'dev', severity: 'critical' },
    },
    {
      alert: 'SpokeTargetsDown',
      series: { ...all, 'up{cluster="prod", environment="x", job="node-exporter", instance="n2"}': '0x60' },
      silent: { ...all, 'up{cluster="somebody-else", job="node-exporter", instance="n2"}': '0x60' },
      fires: { spoke: 'prod', job: 'node-exporter', component: 'prod', severity: 'warning' },
    },
    {
      alert: 'SpokeComponentDown',
      series: { ...without(all, 'up{cluster="prod", environment="x", job="node-exporter", instance="i"}') },
      silent: { ...all, 'up{cluster="prod", environment="x", job="node-exporter", instance="n2"}': '0x60' },
      fires: { spoke: 'prod', job: 'node-exporter', component: 'prod', severity: 'critical' },
    },
  ];
};

function without(series: Readonly<Record<string, string>>, gone: string): Record<string, string> {
  return Object.fromEntries(Object.entries(series).filter(([name]) => name !== gone));
}
