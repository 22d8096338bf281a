/** The alerts of the cluster's objects, volumes, containers and API. */
import type { AlertCases } from './case';

const GIB = 1024 ** 3;
const STATE = 'job="kube-state-metrics", namespace="monitoring"';
/** Somebody else's: not ours to watch. */
const THEIRS = 'job="kube-state-metrics", namespace="shop"';
const POD = { component: 'kubernetes', namespace: 'monitoring' } as const;
const NODE = { component: 'nodes', node: 'node-a' } as const;
const CLAIM = 'persistentvolumeclaim="data-0"';

export const kubernetesCases: AlertCases = ({ environment }) => {
  const namespace = environment.startsWith('epiphany') ? 'epiphany-monitoring' : 'monitoring';
  const volume = (available: string): Readonly<Record<string, string>> => ({
    [`kubelet_volume_stats_available_bytes{job="kubelet", namespace="${namespace}", ${CLAIM}}`]: available,
    [`kubelet_volume_stats_capacity_bytes{job="kubelet", namespace="${namespace}", ${CLAIM}}`]: `${100 * GIB}x480`,
  });
  const container = `job="cadvisor", namespace="${namespace}", pod="grafana-a", container="grafana"`;
  const memory = (used: number): Readonly<Record<string, string>> => ({
    [`container_memory_working_set_bytes{${container}}`]: `${used}x60`,
    [`container_spec_memory_limit_bytes{${container}}`]: '1000x60',
  });
  const throttled = (periods: number): Readonly<Record<string, string>> => ({
    [`container_cpu_cfs_throttled_periods_total{${container}}`]: `0+${periods}x60`,
    [`container_cpu_cfs_periods_total{${container}}`]: '0+600x60',
  });
  const onContainer = { component: 'containers', container: 'grafana', pod: 'grafana-a' } as const;
  const onVolume = { component: 'volumes', persistentvolumeclaim: 'data-0' } as const;
  return [
    ...objects(),
    ...nodes(),
    {
      alert: 'VolumeFilling',
      series: volume(`${40 * GIB}-${Math.round(GIB / 60)}x480`),
      silent: volume(`${35 * GIB}x480`),
      after: '8h',
      fires: { ...onVolume, severity: 'warning' },
    },
    {
      alert: 'VolumeFull',
      series: volume(`${4 * GIB}x60`),
      silent: volume(`${6 * GIB}x60`),
      fires: { ...onVolume, severity: 'critical' },
    },
    {
      alert: 'ContainerThrottled',
      series: throttled(400),
      silent: throttled(60),
      fires: { ...onContainer, severity: 'warning' },
    },
    {
      alert: 'ContainerMemoryNearLimit',
      series: memory(970),
      silent: memory(800),
      fires: { ...onContainer, severity: 'warning' },
    },
    {
      alert: 'KubernetesApiFails',
      series: {
        'apiserver_request_total{job="api-server", code="200"}': '0+90x60',
        'apiserver_request_total{job="api-server", code="503"}': '0+10x60',
      },
      silent: {
        'apiserver_request_total{job="api-server", code="200"}': '0+90x60',
        'apiserver_request_total{job="api-server", code="409"}': '0+10x60',
      },
      fires: { component: 'api-server', severity: 'warning' },
    },
  ];
};

function objects(): ReturnType<AlertCases> {
  return [
    {
      alert: 'PodCrashes',
      series: {
        // It is seen in between, when it runs for a while.
        [`kube_pod_container_status_waiting_reason{${STATE}, pod="vmagent-0", container="vmagent", reason="CrashLoopBackOff"}`]:
          '1x3 0 1x3 0 1x3 0 1x3 0 1x3 0 1x40',
      },
      silent: {
        [`kube_pod_container_status_waiting_reason{${THEIRS}, pod="shop-0", container="shop", reason="CrashLoopBackOff"}`]:
          '1x60',
        [`kube_pod_container_status_waiting_reason{${STATE}, pod="vmagent-0", container="vmagent", reason="ContainerCreating"}`]:
          '1x60',
      },
      fires: { ...POD, pod: 'vmagent-0', container: 'vmagent', severity: 'warning' },
    },
    {
      alert: 'PodNotReady',
      series: { [`kube_pod_status_phase{${STATE}, pod="vmstorage-0", phase="Pending"}`]: '1x60' },
      silent: {
        [`kube_pod_status_phase{${STATE}, pod="vmstorage-0", phase="Running"}`]: '1x60',
        [`kube_pod_status_phase{${STATE}, pod="vmstorage-0", phase="Pending"}`]: '0x60',
      },
      fires: { ...POD, pod: 'vmstorage-0', severity: 'warning' },
    },
    {
      alert: 'WorkloadLacksReplicas',
      series: {
        [`kube_statefulset_replicas{${STATE}, statefulset="vmstorage"}`]: '3x60',
        [`kube_statefulset_status_replicas_ready{${STATE}, statefulset="vmstorage"}`]: '2x60',
      },
      silent: {
        [`kube_statefulset_replicas{${STATE}, statefulset="vmstorage"}`]: '3x60',
        [`kube_statefulset_status_replicas_ready{${STATE}, statefulset="vmstorage"}`]: '3x40 2x10 3x10',
        [`kube_deployment_spec_replicas{${STATE}, deployment="vmselect"}`]: '2x60',
        [`kube_deployment_status_replicas_available{${STATE}, deployment="vmselect"}`]: '2x60',
        [`kube_daemonset_status_desired_number_scheduled{${STATE}, daemonset="node-exporter"}`]: '9x60',
        [`kube_daemonset_status_number_ready{${STATE}, daemonset="node-exporter"}`]: '9x60',
      },
      fires: { ...POD, statefulset: 'vmstorage', severity: 'warning' },
    },
    {
      alert: 'WorkloadLacksReplicas',
      series: {
        [`kube_deployment_spec_replicas{${STATE}, deployment="vmselect"}`]: '2x60',
        [`kube_deployment_status_replicas_available{${STATE}, deployment="vmselect"}`]: '0x60',
      },
      silent: {},
      fires: { ...POD, deployment: 'vmselect', severity: 'warning' },
    },
    {
      alert: 'WorkloadLacksReplicas',
      series: {
        [`kube_daemonset_status_desired_number_scheduled{${STATE}, daemonset="node-exporter"}`]: '9x60',
        [`kube_daemonset_status_number_ready{${STATE}, daemonset="node-exporter"}`]: '8x60',
      },
      silent: {},
      fires: { ...POD, daemonset: 'node-exporter', severity: 'warning' },
    },
    {
      alert: 'VolumeUnbound',
      series: { [`kube_persistentvolumeclaim_status_phase{${STATE}, ${CLAIM}, phase="Pending"}`]: '1x60' },
      silent: {
        [`kube_persistentvolumeclaim_status_phase{${STATE}, ${CLAIM}, phase="Bound"}`]: '1x60',
        [`kube_persistentvolumeclaim_status_phase{${STATE}, ${CLAIM}, phase="Pending"}`]: '0x60',
      },
      fires: { ...POD, persistentvolumeclaim: 'data-0', severity: 'warning' },
    },
    {
      alert: 'TaskFailed',
      series: { [`kube_job_failed{${STATE}, job_name="restore", condition="true"}`]: '1x60' },
      silent: {
        [`kube_job_failed{${STATE}, job_name="restore", condition="true"}`]: '0x60',
        [`kube_job_failed{${STATE}, job_name="restore", condition="false"}`]: '1x60',
      },
      fires: { ...POD, job_name: 'restore', severity: 'warning' },
    },
    {
      alert: 'TaskLate',
      // The tests' clock begins at zero.
      series: { [`kube_cronjob_status_last_successful_time{${STATE}, cronjob="nightly"}`]: '0x4000' },
      silent: { [`kube_cronjob_status_last_successful_time{${STATE}, cronjob="nightly"}`]: '100000x4000' },
      after: '50h',
      every: '10m',
      fires: { ...POD, cronjob: 'nightly', severity: 'warning' },
    },
  ];
}

function nodes(): ReturnType<AlertCases> {
  const condition = (name: string, value: number): Readonly<Record<string, string>> => ({
    [`kube_node_status_condition{job="kube-state-metrics", node="node-a", condition="${name}", status="true"}`]: `${value}x60`,
  });
  return [
    {
      alert: 'NodeNotReady',
      series: condition('Ready', 0),
      silent: condition('Ready', 1),
      fires: { ...NODE, severity: 'critical' },
    },
    {
      alert: 'NodeUnderPressure',
      series: condition('DiskPressure', 1),
      silent: condition('DiskPressure', 0),
      fires: { ...NODE, condition: 'DiskPressure', severity: 'warning' },
    },
  ];
}
