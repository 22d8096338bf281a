/**
 * Whether a program is about to meet the limits of its container: derived for every workload from what its container asks for, by
 * the metrics that programs of its kind have about their own process.
 */
import { limitsOf } from '../core/container-spec';
import { bytesOf } from '../core/quantity';
import type { ScrapeJob } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext } from './programs/program-alert';
import type { RecordingRule, RuleGroup } from './rules';

interface ProcessMetrics {
  readonly programs: readonly string[];
  /** Memory that the kernel cannot take back: without files that are mapped, which databases read by. */
  readonly memory: (selector: string) => string;
  /** Counter of seconds on a CPU. */
  readonly cpu: string;
}

const PROCESSES: readonly ProcessMetrics[] = [
  {
    programs: ['vminsert', 'vmselect', 'vmstorage', 'vmauth', 'vmagent', 'vmalert'],
    memory: (selector) => `process_resident_memory_anon_bytes{${selector}}`,
    cpu: 'process_cpu_seconds_total',
  },
  {
    programs: [
      'loki',
      'loki-canary',
      'tempo',
      'prometheus',
      'alertmanager',
      'grafana',
      'alloy',
      'kafka-exporter',
    ],
    memory: (selector) => `go_memstats_sys_bytes{${selector}} - go_memstats_heap_released_bytes{${selector}}`,
    cpu: 'process_cpu_seconds_total',
  },
  {
    programs: ['otel-collector'],
    memory: (selector) => `otelcol_process_memory_rss{${selector}}`,
    cpu: 'otelcol_process_cpu_seconds',
  },
];

/** The kernel kills at the whole; what garbage collectors leave free is above that. */
const MEMORY_SHARE = 0.9;
/** Above it a process waits for its share in most periods of the scheduler. */
const CPU_SHARE = 0.9;

const LIMIT = { memory: 'workload:memory_limit:bytes', cpu: 'workload:cpu_limit:cores' } as const;

/** Of the environment's own workloads: of other clusters' nobody here knows the limits. */
export function resourceAlerts(context: AlertContext): RuleGroup[] {
  const groups = PROCESSES.map((metrics) => ({ ...metrics, jobs: context.jobsOf(...metrics.programs) }));
  const jobs = groups.flatMap((group) => group.jobs);
  if (jobs.length === 0) return [];
  const present = groups.filter((group) => group.jobs.length > 0);
  const memory = present.map((group) => group.memory(context.selectorOf(group.jobs)));
  const cpu = present.map((group) => `rate(${group.cpu}{${context.selectorOf(group.jobs)}}[5m])`);
  const share = (parts: readonly string[], limit: string): string =>
    `max by (job, pod) (${parts.join(' or ')}) / on (job) group_left () max by (job) (${limit})`;
  const names = jobs.map(({ name }) => name);
  return [
    {
      name: 'resources',
      rules: [
        ...jobs.flatMap((job) => recordedLimits(job)),
        {
          alert: 'MemoryNearLimit',
          about: 'saturated',
          expr: `${share(memory, LIMIT.memory)} > ${MEMORY_SHARE}`,
          holds: SOON,
          severity: 'warning',
          component: ITS_WORKLOAD,
          jobs: names,
          summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of the memory that it may have',
          description:
            'At the whole the kernel ends it, and what it had in memory is lost or repeated. Look at what it was given more of than declared.',
        },
        {
          alert: 'CpuNearLimit',
          about: 'saturated',
          expr: `${share(cpu, LIMIT.cpu)} > ${CPU_SHARE}`,
          holds: LASTING,
          severity: 'warning',
          component: ITS_WORKLOAD,
          jobs: names,
          summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of the CPU that it may have',
          description:
            'It is slower than what comes in, and queues before it grow. Raise its limit, or give it another replica.',
        },
      ],
    },
  ];
}

function recordedLimits({ name, endpoint: { owner } }: ScrapeJob): RecordingRule[] {
  if (!(owner instanceof Workload)) return [];
  const { cpuMillis, memory } = limitsOf(owner.spec.container.resources);
  const labels = { job: name };
  return [
    { record: LIMIT.memory, labels, expr: `vector(${bytesOf(memory)})` },
    { record: LIMIT.cpu, labels, expr: `vector(${cpuMillis / 1000})` },
  ];
}
