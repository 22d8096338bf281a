/** How is Tempo? What it takes, refuses and answers. */
import { graph } from '../panel';
import type { Question } from '../question';

export const storeTempo: Question = {
  uid: 'store-tempo',
  title: 'Store · Tempo',
  rows: (about) => [
    {
      title: 'Taking',
      panels: about.where('tempo', () => [
        graph(
          'Spans',
          'ops',
          'How many spans arrive?',
          about.sum('', about.rate('tempo_distributor_spans_received_total')),
          { next: 'telemetry-senders' },
        ),
        graph(
          'Bytes',
          'Bps',
          'How much arrives?',
          about.sum('', about.rate('tempo_distributor_bytes_received_total')),
        ),
        graph(
          'Refused spans',
          'ops',
          'What does Tempo refuse, and why?',
          about.trouble('reason', about.rate('tempo_discarded_spans_total')),
          { next: 'telemetry-dropped' },
        ),
      ]),
    },
    {
      title: 'Answering',
      panels: about.where('tempo', () => [
        graph(
          'Time of requests, slowest twentieth',
          's',
          'How long do people wait for a trace?',
          about.quantile(0.95, 'route', 'tempo_request_duration_seconds', 'route=~"api_.*"'),
          { next: 'end-to-end-latency' },
        ),
        graph(
          'Errors',
          'reqps',
          'Which requests fail?',
          about.trouble(
            'route, status_code',
            about.rate('tempo_request_duration_seconds_count', 'status_code=~"[45].."'),
          ),
        ),
      ]),
    },
    {
      title: 'Keeping',
      panels: about.where('tempo', () => [
        graph(
          'Blocks',
          'short',
          'Does the compactor keep up?',
          about.max('tenant', about.series('tempodb_blocklist_length')),
        ),
        graph(
          'Polls of the object store that failed',
          'ops',
          'Does the object store answer?',
          about.trouble('', about.rate('tempodb_blocklist_poll_errors_total')),
        ),
      ]),
    },
  ],
};
