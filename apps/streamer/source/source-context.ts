/** What all sources of the service share. */
import type { FastifyBaseLogger } from 'fastify';

import type { StreamerSettings } from '../config';
import type { StreamerMetrics } from '../metrics';
import type { Publisher } from '../publish/publisher';
import type { CheckpointStore } from './checkpoint-store';
import { Pacer, type Pace } from './pacer';
import { Pipeline } from './pipeline';
import type { RejectFile } from './reject-file';
import { risingClock } from './rising-clock';
import { RowFeed } from './row-feed';
import type { SourceStatus } from './source-status';

export interface SourceContext {
  readonly settings: StreamerSettings;
  readonly publisher: Publisher;
  readonly checkpoints: CheckpointStore;
  readonly rejects: RejectFile;
  readonly metrics: StreamerMetrics;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  readonly stopping: AbortSignal;
  readonly stopNow: AbortSignal;
}

/** Of the whole process: a file that is read again has later times than before. */
const nowUs = risingClock(() => Date.now());

export function openPipeline(
  context: SourceContext,
  status: SourceStatus,
  onProgress: () => void,
): { readonly pipeline: Pipeline; readonly feed: RowFeed } {
  const { settings, stopping } = context;
  const pipeline = new Pipeline({
    ...context,
    status,
    onProgress,
    attempts: settings.RETRY_ATTEMPTS,
    backoffFactor: settings.BACKOFF_FACTOR,
    random: Math.random,
    maxMessages: settings.STREAMER_BATCH_MESSAGES,
    maxBytes: settings.STREAMER_BATCH_SIZE,
    maxInFlight: settings.STREAMER_IN_FLIGHT,
  });
  const feed = new RowFeed({
    mapping: settings.mapping,
    pipeline,
    pacer: new Pacer(paceOf(settings), () => performance.now()),
    stampUs: (settings.STREAMER_KEEP_TIMESTAMPS ?? !settings.STREAMER_LOOP) ? undefined : nowUs,
    stopping,
  });
  return { pipeline, feed };
}

export function csvOptions(settings: StreamerSettings) {
  return {
    delimiter: settings.mapping.delimiter ?? ',',
    maxRowBytes: settings.STREAMER_MAX_ROW_SIZE,
    // More than any mapping can name.
    maxCells: 256,
  };
}

function paceOf(settings: StreamerSettings): Pace {
  const { STREAMER_PACE: kind } = settings;
  if (kind === 'original') return { kind, speed: Number(settings.STREAMER_SPEED) };
  return kind === 'rate' ? { kind, rowsPerS: settings.STREAMER_RATE } : { kind };
}
