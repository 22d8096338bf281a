/** What do nodes and workloads do? Nodes by node_exporter, containers by cAdvisor, objects by kube-state-metrics. */
import { graph, promql, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

/** Pods' containers; what cAdvisor sums up under them has no name, and `POD` is only the pause container. */
const CONTAINERS = ['container!=""', 'container!="POD"'] as const;
/** Read-only and temporary file systems fill by design. */
const REAL = 'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660|fuse.*"';
const BUSIEST = 10;

export const nodesWorkloads: Question = {
  uid: 'nodes-workloads',
  title: 'What do nodes and workloads do?',
  rows: (about) => [
    { title: 'Nodes', panels: about.where('node-exporter', () => nodes(about)) },
    { title: 'Containers', panels: about.where('cadvisor', () => containers(about)) },
    { title: 'Objects', panels: about.where('kube-state-metrics', () => objects(about)) },
  ],
};

function nodes(about: Subject): readonly Panel[] {
  const { legend, by } = { legend: about.legend('instance'), by: about.by('instance') };
  return [
    graph(
      'CPU in use',
      'percentunit',
      'Which node is busy?',
      promql(`1 - avg${by}(${about.rate('node_cpu_seconds_total', 'mode="idle"')})`, legend),
    ),
    graph(
      'Memory that is left',
      'percentunit',
      'Which nodes are about to evict pods?',
      about.min(
        'instance',
        `${about.series('node_memory_MemAvailable_bytes')} / ${about.series('node_memory_MemTotal_bytes')}`,
      ),
      { alert: 'NodeMemoryShort', showsLimit: true },
    ),
    graph(
      'Disk that is left',
      'percentunit',
      'Which disk fills?',
      about.min(
        'instance, mountpoint',
        `${about.series('node_filesystem_avail_bytes', REAL)} / ${about.series('node_filesystem_size_bytes', REAL)}`,
      ),
      { alert: 'NodeDiskFull', showsLimit: true },
    ),
    graph(
      'Network in',
      'Bps',
      'Where does traffic come in?',
      about.sum('instance', about.rate('node_network_receive_bytes_total', 'device!~"lo|veth.*|cali.*"')),
    ),
  ];
}

function containers(about: Subject): readonly Panel[] {
  const cpu = about.rate('container_cpu_usage_seconds_total', ...CONTAINERS);
  const memory = about.series('container_memory_working_set_bytes', ...CONTAINERS);
  const busiest = (expr: string) =>
    promql(`topk(${BUSIEST}, sum${about.by('namespace, pod')}(${expr}))`, about.legend('namespace, pod'));
  return [
    graph('CPU by namespace', 'short', 'Who takes the processors?', about.sum('namespace', cpu)),
    graph('Memory by namespace', 'bytes', 'Who takes the memory?', about.sum('namespace', memory)),
    graph('Pods that use most CPU', 'short', 'Who makes the nodes busy?', busiest(cpu)),
    graph('Pods that use most memory', 'bytes', 'Who fills the nodes’ memory?', busiest(memory)),
  ];
}

function objects(about: Subject): readonly Panel[] {
  return [
    graph(
      'Replicas that are missing',
      'short',
      'Which Deployments are not as they should be?',
      about.trouble(
        'namespace, deployment',
        `${about.series('kube_deployment_status_replicas_unavailable')} > 0`,
      ),
    ),
    graph(
      'Pods that do not run',
      'short',
      'Where do pods wait or fail?',
      about.sum('phase', about.series('kube_pod_status_phase', 'phase=~"Pending|Failed|Unknown"')),
    ),
  ];
}
