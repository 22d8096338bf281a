/**
 * The OpenTelemetry Collector: queues that fill, data that is refused or lost on the way. Metric names: 0.158, read off the
 * running program; its own page "Internal telemetry" says what to alert on.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** The signals, as the collector's metrics name what they count. */
const ITEMS = ['spans', 'metric_points', 'log_records'] as const;
/** The makers' own threshold is 0.6; half leaves as much time again as has gone by. */
const HALF_FULL = 0.5;
const NEARLY_FULL = 0.9;

export const otelCollectorAlerts: ProgramAlerts = {
  programs: ['otel-collector'],
  groups: (context) => [collectors(context)],
};

/**
 * What a counter that the collector has for each signal gains in a second. The three differ by their names only, which a rate
 * takes away: without a label of its own each would stand for the same series.
 */
export function itemRates(metric: string, selector: string): string {
  const rates = ITEMS.map(
    (items) => `label_replace(rate(${metric}_${items}{${selector}}[5m]), "items", "${items}", "", "")`,
  );
  return rates.join(' or ');
}

function collectors({ selector, by, on }: AlertContext): RuleGroup {
  const fullness = `max ${by('job', 'pod', 'exporter')} (otelcol_exporter_queue_size{${selector}} / otelcol_exporter_queue_capacity{${selector}})`;
  return {
    name: 'collectors',
    rules: [
      {
        alert: 'CollectorQueueFilling',
        about: 'filling',
        expr: `${fullness} > ${HALF_FULL}`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The queue of {{ $labels.job }} to {{ $labels.exporter }} is more than half full',
        description:
          'The receiver is down or too slow. When the queue is full, senders are refused. Look at the receiver; the outage budget says how long is left.',
      },
      {
        alert: 'CollectorQueueFull',
        about: 'saturated',
        expr: `${fullness} > ${NEARLY_FULL}`,
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary:
          'The queue of {{ $labels.job }} to {{ $labels.exporter }} is full to {{ $value | humanizePercentage }}',
        description:
          'What comes next is refused: the outage budget of this path is used up. Mend the receiver behind the exporter first.',
      },
      {
        alert: 'CollectorRefusesData',
        about: 'dropping',
        expr: `sum ${by('job')} (${itemRates('otelcol_receiver_refused', selector)}) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} refuses {{ $value }} items a second',
        description:
          'Senders keep and repeat what is refused, for as long as their own queues last. Look at its memory, and at the hop behind it.',
      },
      {
        alert: 'CollectorDropsData',
        about: 'dropping',
        // Without a queue a failure goes back to the sender, who repeats; behind one nobody is told any more.
        expr: `sum ${by('job', 'exporter')} (${itemRates('otelcol_exporter_send_failed', selector)}) > 0 and ${on('job', 'exporter')} otelcol_exporter_queue_capacity{${selector}}`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} gives up {{ $value }} items a second for {{ $labels.exporter }}',
        description:
          'They were acknowledged and are lost, unless the exporter waits for its queue. Look at its log for what the receiver answered.',
      },
    ],
  };
}
