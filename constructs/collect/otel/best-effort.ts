/**
 * Sending what may be dropped, so that it never holds up what must not be. The queue is in memory and drops when it is
 * full; a batch processor stands before it, because it swallows that error, which would otherwise travel back to the
 * sender and make it send everything again, to everyone. What is dropped is counted in
 * `otelcol_exporter_enqueue_failed_*` and `otelcol_exporter_send_failed_*`.
 */
import { Size } from 'cdk8s';
import type { AnyEndpoint, Telemetry } from '../../core/endpoint';
import { bytesOf } from '../../core/quantity';
import { named, pipeline, type Connectors, type Exporters, type Pipelines, type Processors } from './config';
import { otlpHttpExporter } from './hops';
import type { BatchProcessor } from './processors';
import type { QueueBatch, Retry, SendingQueue } from './transports';

/** Seconds of one collector's traffic: it bridges a restart at the far end, no outage. */
export const BEST_EFFORT_QUEUE_SIZE = Size.mebibytes(64);

export const BEST_EFFORT_BATCH: BatchProcessor = {
  timeout: '200ms',
  send_batch_size: 8192,
  send_batch_max_size: 8192,
};

/** After a minute newer data is worth more than what waits. */
export const BEST_EFFORT_RETRY: Retry = {
  enabled: true,
  initial_interval: '1s',
  max_interval: '5s',
  max_elapsed_time: '60s',
};

export function bestEffortQueue(batch: QueueBatch): SendingQueue {
  return {
    enabled: true,
    sizer: 'bytes',
    queue_size: bytesOf(BEST_EFFORT_QUEUE_SIZE),
    block_on_overflow: false,
    batch,
  };
}

export interface EgressCopy {
  readonly connectors: Connectors;
  readonly processors: Processors;
  readonly exporters: Exporters;
  readonly pipelines: Pipelines;
}

/** Id of the exporter that a main pipeline names to have its data copied. */
export const EGRESS_FORWARD = 'forward/egress';

/** The pipeline that takes the copy of a processor's data to the egress collector. */
export function egressCopy(signal: Telemetry, to: AnyEndpoint): EgressCopy {
  const exporter = otlpHttpExporter(to, {
    timeout: '10s',
    compression: 'zstd',
    queue: bestEffortQueue({ flush_timeout: '1s', sizer: 'bytes', min_size: 0, max_size: 4_000_000 }),
    retry: BEST_EFFORT_RETRY,
  });
  return {
    connectors: { [EGRESS_FORWARD]: {} },
    processors: { 'batch/egress': BEST_EFFORT_BATCH },
    exporters: named('otlp_http/egress', exporter),
    pipelines: pipeline(`${signal}/egress`, {
      receivers: [EGRESS_FORWARD],
      processors: ['batch/egress'],
      exporters: ['otlp_http/egress'],
    }),
  };
}
