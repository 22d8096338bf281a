/** The streamer's own metrics. Labels are of fixed sets: no file name and no device is one. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** From a broker beside us to one that is at its limits. */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export type SourceKind = 'file' | 'stdin' | 'http';

export class StreamerMetrics {
  public readonly retries: Counter;
  public readonly outages: Counter<'source'>;
  public readonly errors: Counter<'type'>;
  public readonly streamDropped: Counter;
  private readonly rows: Counter<'source' | 'outcome'>;
  private readonly batches: Counter<'result'>;
  private readonly durations: Histogram;

  public constructor(private readonly registry: Registry) {
    const registers = [registry];
    this.rows = new Counter({
      name: 'streamer_rows_total',
      help: 'Rows by what happened to them: read, published (held by the queue), rejected.',
      labelNames: ['source', 'outcome'],
      registers,
    });
    this.batches = new Counter({
      name: 'streamer_batches_total',
      help: 'Attempts to publish a batch, by the result: published, or the code of the error.',
      labelNames: ['result'],
      registers,
    });
    this.durations = new Histogram({
      name: 'streamer_batch_duration_seconds',
      help: 'How long the attempts took.',
      buckets: DURATION_BUCKETS_S,
      registers,
    });
    this.retries = new Counter({
      name: 'streamer_retries_total',
      help: 'Attempts after the first one.',
      registers,
    });
    this.outages = new Counter({
      name: 'streamer_attempts_exhausted_total',
      help: 'Batches whose attempts were used up. A file waits and tries again; HTTP is answered with 503.',
      labelNames: ['source'],
      registers,
    });
    this.errors = new Counter({
      name: 'streamer_errors_total',
      help: 'Other things that went wrong: header, replaced, truncated, read, checkpoint, reject-file.',
      labelNames: ['type'],
      registers,
    });
    this.streamDropped = new Counter({
      name: 'streamer_stream_dropped_total',
      help: 'Clients of the live stream that were dropped because they were too slow.',
      registers,
    });
  }

  public row(source: SourceKind, outcome: 'read' | 'published' | 'rejected', count: number): void {
    if (count > 0) this.rows.inc({ source, outcome }, count);
  }

  public batch(result: string, durationMs: number): void {
    this.batches.inc({ result });
    this.durations.observe(durationMs / 1000);
  }

  /** A value that is looked at when Prometheus asks. */
  public gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
