/**
 * The dashboards of the telemetry stack: what the GPUs do (Flux, from the store of readings), and how their readings flow
 * (PromQL, from the services' own metrics).
 */
import type { ConfigFile } from '../core/config-file';
import { dashboardFile, fluxGraph, graph, RATE_WINDOW, type Dashboard } from './dashboard';

export function telemetryDashboardFiles(bucket: string): ConfigFile[] {
  return [...gpuDashboards(bucket), ...FLOW_DASHBOARDS].map(dashboardFile);
}

function gpuDashboards(bucket: string): Dashboard[] {
  const ofMetric = (
    metric: string,
    aggregate: 'mean' | 'max' | 'last',
    by = '"hostname", "gpu_id"',
  ): string =>
    [
      `from(bucket: ${JSON.stringify(bucket)})`,
      '  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)',
      `  |> filter(fn: (r) => r._measurement == ${JSON.stringify(metric)} and r._field == "value")`,
      `  |> group(columns: [${by}])`,
      `  |> aggregateWindow(every: v.windowPeriod, fn: ${aggregate}, createEmpty: false)`,
    ].join('\n');
  return [
    {
      uid: 'gpu-fleet',
      title: 'GPUs · the fleet',
      graphs: [
        fluxGraph(
          'Utilization',
          'percent',
          'Which GPUs work, and which idle?',
          ofMetric('DCGM_FI_DEV_GPU_UTIL', 'mean'),
        ),
        fluxGraph('Temperature', 'celsius', 'Which GPUs run hot?', ofMetric('DCGM_FI_DEV_GPU_TEMP', 'max')),
        fluxGraph('Power', 'watt', 'What do they draw?', ofMetric('DCGM_FI_DEV_POWER_USAGE', 'mean')),
        fluxGraph(
          'Memory in use',
          'decmbytes',
          'Whose memory is about to be full?',
          ofMetric('DCGM_FI_DEV_FB_USED', 'max'),
        ),
        fluxGraph(
          'XID errors',
          'short',
          'Which GPUs report errors, and which code?',
          ofMetric('DCGM_FI_DEV_XID_ERRORS', 'last'),
        ),
        fluxGraph(
          'Hottest of each host',
          'celsius',
          'Which host is badly cooled?',
          ofMetric('DCGM_FI_DEV_GPU_TEMP', 'max', '"hostname"'),
        ),
      ],
    },
  ];
}

const FLOW_DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'telemetry-flow',
    title: 'Telemetry · the flow',
    graphs: [
      graph(
        'Messages at the brokers',
        'ops',
        'Does what is published come out again?',
        '{{event}}',
        `sum by (event) (rate(broker_messages_total{topic!~".+[.]dead-letters"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Messages that wait',
        'short',
        'Do the collectors keep up, and where does it wait?',
        '{{topic}} {{state}}',
        'sum by (topic, state) (broker_queue_messages{topic!~".+[.]dead-letters"})',
      ),
      graph(
        'Dead letters',
        'short',
        'What could nobody handle?',
        '{{topic}}',
        'sum by (topic) (broker_queue_messages{topic=~".+[.]dead-letters"})',
      ),
      graph(
        'Room on the brokers’ disks',
        'percentunit',
        'How long may the store stay away?',
        '{{pod}}',
        'max by (pod) (broker_disk_used_bytes / broker_disk_limit_bytes)',
      ),
      graph(
        'Partitions that have stopped',
        'short',
        'Has a disk failed?',
        '{{pod}} {{topic}} {{partition}}',
        'max by (pod, topic, partition) (broker_partition_stopped)',
      ),
      graph(
        'Brokers as the proxy sees them',
        'short',
        'Does every broker take messages?',
        'broker {{broker}}',
        'min by (broker) (proxy_broker_takes_messages)',
      ),
      graph(
        'Circuit breaker before the store',
        'short',
        'Have the collectors given up on the store for now?',
        '{{pod}} {{state}}',
        'max by (pod, state) (collector_breaker_state)',
      ),
      graph(
        'Readings written to the store',
        'ops',
        'Does InfluxDB take what comes?',
        '{{status}}',
        `sum by (status) (rate(http_api_requests_total{path="/api/v2/write"}[${RATE_WINDOW}]))`,
      ),
    ],
  },
  {
    uid: 'telemetry-services',
    title: 'Telemetry · the services',
    graphs: [
      graph(
        'Requests',
        'reqps',
        'Who is asked how often?',
        '{{job}} {{route}}',
        `sum by (job, route) (rate(http_request_duration_seconds_count[${RATE_WINDOW}]))`,
      ),
      graph(
        'Answers that failed',
        'reqps',
        'Who answers with errors?',
        '{{job}} {{route}} {{status}}',
        `sum by (job, route, status) (rate(http_request_duration_seconds_count{status=~"5.."}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Slowest hundredth',
        's',
        'Who answers slowly?',
        '{{job}} {{route}}',
        `histogram_quantile(0.99, sum by (job, route, le) (rate(http_request_duration_seconds_bucket[${RATE_WINDOW}])))`,
      ),
      graph(
        'Event loop',
        's',
        'Whose process is too busy to answer in time?',
        '{{pod}}',
        'max by (pod) (nodejs_eventloop_lag_p99_seconds)',
      ),
      graph(
        'Memory',
        'bytes',
        'Does any process grow?',
        '{{pod}}',
        'max by (pod) (process_resident_memory_bytes{job=~"streamer|msg-queue|msg-queue-proxy|collector|api"})',
      ),
      graph(
        'Alerts firing',
        'short',
        'What is wrong right now?',
        '{{alertname}} {{component}}',
        'sum by (alertname, component) (ALERTS{alertstate="firing"})',
      ),
    ],
  },
];
