/**
 * What the cluster's objects tell of the platform's own namespaces: pods that do not start, workloads that lack replicas, jobs
 * that fail; and of its nodes. Metric names of kube-state-metrics 2 (its `docs/metrics`).
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import { ownNamespaces } from './own-namespaces';
import type { AlertContext, ProgramAlerts } from './program-alert';

const LASTING = Duration.minutes(15);
const COMPONENT = 'kubernetes';
/** Two nights without a run that succeeded. */
const LATE_SECONDS = 2 * 86_400;

export const kubeStateMetricsAlerts: ProgramAlerts = {
  programs: ['kube-state-metrics'],
  groups: (context) => [pods(context), tasks(context), nodes(context)],
};

function pods({ platform, selector, by }: AlertContext): RuleGroup {
  const ours = `${selector}, ${ownNamespaces(platform)}`;
  return {
    name: 'kubernetes-pods',
    rules: [
      {
        alert: 'PodCrashes',
        about: 'failing',
        expr: `max ${by('namespace', 'pod', 'container')} (max_over_time(kube_pod_container_status_waiting_reason{${ours}, reason="CrashLoopBackOff"}[5m])) >= 1`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.container }} of {{ $labels.pod }} ends again and again',
        description: 'Its last log says why: `kubectl logs --previous`. A wrong configuration ends at once.',
      },
      {
        alert: 'PodNotReady',
        about: 'failing',
        expr: `sum ${by('namespace', 'pod')} (kube_pod_status_phase{${ours}, phase=~"Pending|Unknown"}) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.pod }} has not started for a quarter of an hour',
        description:
          'No node has room for it, its volume is elsewhere, or its image does not come. Its events say which.',
      },
      {
        alert: 'WorkloadLacksReplicas',
        about: 'replication',
        expr: [
          `(max ${by('namespace', 'deployment')} (kube_deployment_spec_replicas{${ours}}) > max ${by('namespace', 'deployment')} (kube_deployment_status_replicas_available{${ours}}))`,
          `(max ${by('namespace', 'statefulset')} (kube_statefulset_replicas{${ours}}) > max ${by('namespace', 'statefulset')} (kube_statefulset_status_replicas_ready{${ours}}))`,
          `(max ${by('namespace', 'daemonset')} (kube_daemonset_status_desired_number_scheduled{${ours}}) > max ${by('namespace', 'daemonset')} (kube_daemonset_status_number_ready{${ours}}))`,
        ].join(' or '),
        // A rolling update of all replicas, with a slow start, takes less.
        holds: Duration.minutes(20),
        severity: 'warning',
        component: COMPONENT,
        summary:
          '{{ $labels.deployment }}{{ $labels.statefulset }}{{ $labels.daemonset }} is to have {{ $value }} replicas, and has not',
        description:
          'Its pods are not ready, or are not made at all: a quota or a policy refuses them. Its events say which.',
      },
      {
        alert: 'VolumeUnbound',
        about: 'failing',
        expr: `max ${by('namespace', 'persistentvolumeclaim')} (kube_persistentvolumeclaim_status_phase{${ours}, phase=~"Pending|Lost"}) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: 'The volume {{ $labels.persistentvolumeclaim }} is not there',
        description:
          'Its pod waits for it. The storage class does not exist, a quota of the cloud is used up, or the disk is gone.',
      },
    ],
  };
}

function tasks({ platform, selector, by }: AlertContext): RuleGroup {
  const ours = `${selector}, ${ownNamespaces(platform)}`;
  return {
    name: 'kubernetes-tasks',
    rules: [
      {
        alert: 'TaskFailed',
        about: 'failing',
        expr: `max ${by('namespace', 'job_name')} (kube_job_failed{${ours}, condition="true"}) == 1`,
        holds: Duration.minutes(1),
        severity: 'warning',
        component: COMPONENT,
        summary: 'The task {{ $labels.job_name }} has failed',
        description: 'It is not tried again. Look at the log of its last pod.',
      },
      {
        alert: 'TaskLate',
        about: 'age',
        expr: `time() - max ${by('namespace', 'cronjob')} (kube_cronjob_status_last_successful_time{${ours}}) > ${LATE_SECONDS}`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.cronjob }} has not succeeded for {{ $value | humanizeDuration }}',
        description: 'It is suspended, does not start, or fails. Look at its Jobs.',
      },
    ],
  };
}

/** Of every cluster, whosever pods run there. */
function nodes({ selector, by }: AlertContext): RuleGroup {
  return {
    name: 'kubernetes-nodes',
    rules: [
      {
        alert: 'NodeNotReady',
        about: 'down',
        expr: `max ${by('node')} (kube_node_status_condition{${selector}, condition="Ready", status="true"}) == 0`,
        holds: LASTING,
        severity: 'critical',
        component: 'nodes',
        summary: 'Node {{ $labels.node }} is not ready',
        description:
          'Its pods are started elsewhere; those with a volume wait until it is let go. Look at the machine in the cloud’s console.',
      },
      {
        alert: 'NodeUnderPressure',
        about: 'saturated',
        expr: `max ${by('node', 'condition')} (kube_node_status_condition{${selector}, condition=~"DiskPressure|MemoryPressure|PIDPressure", status="true"}) == 1`,
        holds: Duration.minutes(5),
        severity: 'warning',
        component: 'nodes',
        summary: 'Node {{ $labels.node }} is under {{ $labels.condition }}',
        description: 'The kubelet evicts pods, and takes no new ones. Look for what uses it up.',
      },
    ],
  };
}
