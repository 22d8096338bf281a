/** Do the collectors cope? The OpenTelemetry Collectors one by one. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { itemsBySignal, troubleBySignal } from './collector-items';

/** Name of the one that forwards to external consumers, and of what its workload is called. */
const EGRESS = 'otel-egress';

export const collectors: Question = {
  uid: 'collectors',
  title: 'Do the collectors cope?',
  rows: (about) => [
    { title: 'Each collector', panels: each(about) },
    { title: 'Egress', panels: egress(about) },
  ],
};

function each(about: Subject): readonly Panel[] {
  return about.where('otel-collector', () => [
    graph(
      'Memory',
      'bytes',
      'Who comes close to its limit?',
      about.max('job', about.series('otelcol_process_memory_rss')),
      { alert: 'CollectorRefusesData' },
    ),
    graph(
      'Processor time',
      'short',
      'Who is busy?',
      about.sum('job', about.rate('otelcol_process_cpu_seconds')),
    ),
    graph('Sent on', 'ops', 'Does each pass on what it takes?', itemsBySignal(about, 'exporter_sent')),
    graph(
      'Failed to send',
      'ops',
      'Which collector is refused?',
      troubleBySignal(about, 'exporter_send_failed'),
      {
        alert: 'CollectorDropsData',
        next: 'telemetry-dropped',
      },
    ),
  ]);
}

function egress(about: Subject): readonly Panel[] {
  if (!about.jobs('otel-collector').includes(EGRESS)) return [];
  return [
    graph(
      'Sent to external consumers',
      'ops',
      'Does each consumer get its share?',
      itemsBySignal(about, 'exporter_sent', { by: 'exporter', matchers: [`job="${EGRESS}"`] }),
      { next: 'store-kafka' },
    ),
  ];
}
