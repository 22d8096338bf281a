/** How is each cluster? For a hub: whether each cluster sends, and what is wrong in it. */
import { graph, orNone, promql, stat, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { alertsFiring } from './alerting';

export const hubOverview: Question = {
  uid: 'hub-overview',
  title: 'How is each cluster?',
  rows: (about) =>
    about.manyClusters
      ? [
          { title: 'Who sends', panels: sending(about) },
          { title: 'What is wrong', panels: wrong(about) },
        ]
      : [],
};

function sending(about: Subject): readonly Panel[] {
  return [
    stat(
      'Targets that answer',
      'short',
      'Does every cluster send, and as much as yesterday?',
      about.sum('', about.series('up')),
      { alert: 'SpokeSilent', next: 'telemetry-arriving' },
    ),
    ...about.where('vmagent', () => [
      graph(
        'Samples of one round of scrapes',
        'short',
        'Which cluster grows?',
        about.sum('', about.series('scrape_samples_post_metric_relabeling')),
        { next: 'telemetry-senders' },
      ),
      graph(
        'Waiting at the agents',
        'bytes',
        'Whose samples do not reach the hub?',
        about.sum('', about.series('vmagent_remotewrite_pending_data_bytes')),
        { alert: 'ScrapeQueueGrowing', next: 'telemetry-stuck' },
      ),
      graph(
        'Dropped by the agents',
        'Bps',
        'Is anything lost?',
        about.trouble('', about.rate('vm_persistentqueue_bytes_dropped_total')),
        { alert: 'ScrapeAgentDropsData', next: 'telemetry-dropped' },
      ),
    ]),
  ];
}

function wrong(about: Subject): readonly Panel[] {
  return [
    graph(
      'Targets that do not answer',
      'short',
      'What is down, and where?',
      orNone(promql(`count${about.by('job')}(${about.series('up')} == 0)`, about.legend('job'))),
      { alert: 'SpokeTargetsDown' },
    ),
    graph('Alerts firing', 'short', 'Which cluster has what trouble?', alertsFiring(about, ['alertname']), {
      next: 'alerting',
    }),
    ...about.where('kube-state-metrics', () => [
      graph(
        'Pods that do not run',
        'short',
        'Which cluster has pods that wait or fail?',
        about.sum('phase', about.series('kube_pod_status_phase', 'phase=~"Pending|Failed|Unknown"')),
        { next: 'nodes-workloads' },
      ),
    ]),
    ...about.where('node-exporter', () => [
      graph(
        'Busiest nodes',
        'percentunit',
        'Which cluster has no room left?',
        promql(
          `topk(10, 1 - avg${about.by('instance')}(${about.rate('node_cpu_seconds_total', 'mode="idle"')}))`,
          about.legend('instance'),
        ),
        { next: 'nodes-workloads' },
      ),
    ]),
  ];
}
