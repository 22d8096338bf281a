/**
 * The alerts of Elasticsearch, which has no metrics in Prometheus' form: its exporter asks it. Metric names of
 * elasticsearch_exporter 1.11 (`metrics.md`).
 */
import { Duration } from 'cdk8s';
import type { Workload } from '../../core/workload';
import type { RuleGroup } from '../rules';
import type { AlertContext, ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** A disk is added, or a retention shortened, within some working days. */
const AHEAD_SECONDS = 4 * 86_400;
/** Snapshots are taken every night; one that takes long is no failure. */
const SNAPSHOT_AGE = '30h';

export const elasticsearchAlerts: ProgramAlerts = {
  programs: ['elasticsearch', 'elasticsearch-exporter'],
  groups: (context) =>
    context.workloads.filter(isStore).flatMap((store) => [state(context, store), room(context, store)]),
};

function isStore({ spec }: Workload): boolean {
  return spec.container.image.name === 'elasticsearch';
}

function state({ selector, by }: AlertContext, { id, replicas }: Workload): RuleGroup {
  const health = `elasticsearch_cluster_health_status{${selector}`;
  return {
    name: `${id}-state`,
    rules: [
      {
        alert: 'LogStoreDown',
        about: 'down',
        // The exporter leaves out what it cannot ask for.
        expr: `(count(${health}}) or vector(0)) == 0 and on () max(up{${selector}}) == 1`,
        holds: SOON,
        severity: 'critical',
        component: id,
        summary: `${id} does not answer its exporter`,
        description:
          'Nobody can search, and lines wait on the nodes. Look at the pods, and at the log of the node that was elected last.',
      },
      {
        alert: 'LogStoreUnhealthy',
        about: 'replication',
        expr: `max ${by('job')} (${health}, color="red"}) == 1`,
        holds: SOON,
        severity: 'critical',
        component: id,
        summary: `Some of ${id}’s shards are nowhere`,
        description: 'What lies in them cannot be searched or written. Look for nodes that are away.',
      },
      ...(replicas === 1
        ? []
        : [
            {
              alert: 'LogStoreNodeMissing',
              about: 'replication' as const,
              expr: `min ${by('job')} (elasticsearch_cluster_health_number_of_nodes{${selector}}) < ${replicas}`,
              holds: LASTING,
              severity: 'warning' as const,
              component: id,
              summary: `${id} has {{ $value }} of ${replicas} nodes`,
              description:
                'Shards are copied to the others, which takes room and time. Look at the pod that is missing.',
            },
          ]),
      {
        alert: 'LogStoreRejectsWrites',
        about: 'saturated',
        expr: `sum ${by('job', 'name')} (rate(elasticsearch_thread_pool_rejected_count{${selector}, type="write"}[5m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: id,
        summary: '{{ $labels.name }} turns away {{ $value }} writes a second',
        description:
          'Filebeat keeps the lines and comes again. Its queue of writes is full: look at CPU, disk and what else is indexed.',
      },
      {
        alert: 'LogStoreHeapFull',
        about: 'saturated',
        expr: `max ${by('job', 'name')} (elasticsearch_jvm_memory_used_bytes{${selector}, area="heap"} / elasticsearch_jvm_memory_max_bytes{${selector}, area="heap"}) > 0.9`,
        holds: LASTING,
        severity: 'warning',
        component: id,
        summary: '{{ $labels.name }} has {{ $value | humanizePercentage }} of its heap in use',
        description:
          'It spends its time collecting garbage, and requests are refused by its breakers. Look for too many shards or one large search.',
      },
    ],
  };
}

function room({ selector, by, platform }: AlertContext, store: Workload): RuleGroup {
  const available = `elasticsearch_filesystem_data_available_bytes{${selector}}`;
  const size = `elasticsearch_filesystem_data_size_bytes{${selector}}`;
  const hasSnapshots =
    (store.spec.sharedClaims ?? []).length > 0 ||
    platform.graph.outOf(store).some(({ to }) => to.protocol === 's3');
  return {
    name: `${store.id}-room`,
    rules: [
      {
        alert: 'LogStoreFilling',
        about: 'filling',
        // Elasticsearch's low watermark: above it a node takes no new shards.
        expr: `min ${by('job', 'name')} (${available} / ${size}) < 0.15`,
        holds: SOON,
        severity: 'critical',
        component: store.id,
        summary: '{{ $labels.name }} has {{ $value | humanizePercentage }} of its disk left',
        description:
          'At 5 % all indices become read-only, and lines wait on the nodes. Lower maxAge or maxTotalSize, or enlarge the volumes.',
      },
      {
        alert: 'LogStoreGrowing',
        about: 'filling',
        expr: `min ${by('job', 'name')} (predict_linear(${available}[1d], ${AHEAD_SECONDS})) < 0 and min ${by('job', 'name')} (${available} / ${size}) < 0.5`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: store.id,
        summary: '{{ $labels.name }} is full within four days',
        description:
          'As it grew over the last day. More lines than declared, or the retention does not delete: look at the oldest index.',
      },
      ...(hasSnapshots
        ? [
            {
              alert: 'LogStoreBackupOld',
              about: 'backup' as const,
              expr: `sum ${by('job', 'policy')} (increase(elasticsearch_slm_stats_snapshots_taken_total{${selector}}[${SNAPSHOT_AGE}])) < 1`,
              holds: LASTING,
              severity: 'warning' as const,
              component: store.id,
              summary: 'No snapshot of {{ $labels.policy }} for more than a night',
              description:
                'What is lost with the nodes’ volumes is lost for good. Ask `GET _slm/policy` for the last failure.',
            },
          ]
        : []),
    ],
  };
}
