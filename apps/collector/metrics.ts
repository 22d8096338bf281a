/** The collector's own metrics. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { Collector, CollectorObserver } from './collector';
import { BREAKER_STATES, type StoreObserver } from './store-gate';

/** From a small batch into a local file to the store's time-out. */
const WRITE_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BATCH_BUCKETS = [1, 10, 50, 100, 500, 1000, 2500, 5000, 10_000, 50_000];

export type CollectorMetrics = CollectorObserver & StoreObserver;

export interface Reports {
  readonly breakerChanged: StoreObserver['breakerChanged'];
  readonly queueFailed: CollectorObserver['queueFailed'];
  readonly unsettled: CollectorObserver['unsettled'];
  readonly deadLettered: CollectorObserver['deadLettered'];
}

/** Counts, and passes on what is worth a line in the log. */
export function createMetrics(registry: Registry, report: Reports): CollectorMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const consumed = counter('collector_messages_consumed_total', 'Messages received from the queue.');
  const written = counter('collector_readings_written_total', 'Readings that the store has.');
  const stale = counter(
    'collector_receipts_stale_total',
    'Messages that were written and yet will be delivered again: their time-out had passed.',
  );
  const givenBack = counter('collector_messages_given_back_total', 'Messages given back at a stop.');
  const unsettled = counter(
    'collector_messages_unsettled_total',
    'Messages whose end the queue could not be told; it will deliver them again.',
  );
  const retries = counter('collector_store_retries_total', 'Writes that were tried again.');
  const queueErrors = counter('collector_queue_errors_total', 'Requests to the queue that failed.');
  const deadLetters = new Counter({
    name: 'collector_dead_letters_total',
    help: 'Messages that became dead letters, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const batches = new Histogram({
    name: 'collector_batch_readings',
    help: 'Readings in a batch.',
    buckets: BATCH_BUCKETS,
    registers,
  });
  const writes = new Histogram({
    name: 'collector_store_write_seconds',
    help: 'Time of one attempt to write a batch.',
    labelNames: ['outcome'],
    buckets: WRITE_BUCKETS_S,
    registers,
  });
  return {
    consumed: (count) => {
      consumed.inc(count);
    },
    written: (count) => {
      written.inc(count);
    },
    stale: (count) => {
      stale.inc(count);
    },
    givenBack: (count) => {
      givenBack.inc(count);
    },
    retried: () => {
      retries.inc();
    },
    batchTaken: (count) => {
      batches.observe(count);
    },
    attempted: (outcome, seconds) => {
      writes.observe({ outcome }, seconds);
    },
    deadLettered: (reason, count) => {
      deadLetters.inc({ reason }, count);
      report.deadLettered(reason, count);
    },
    unsettled: (count, error) => {
      unsettled.inc(count);
      report.unsettled(count, error);
    },
    queueFailed: (what, error) => {
      queueErrors.inc();
      report.queueFailed(what, error);
    },
    breakerChanged: report.breakerChanged,
  };
}

/** Read when Prometheus asks. */
export function addCollectorGauges(registry: Registry, collector: Collector): void {
  const registers = [registry];
  new Gauge({
    name: 'collector_breaker_state',
    help: '1 for the state of the circuit breaker before the store.',
    labelNames: ['state'],
    registers,
    collect() {
      const { breaker } = collector.status();
      for (const state of BREAKER_STATES) this.set({ state }, state === breaker ? 1 : 0);
    },
  });
  new Gauge({
    name: 'collector_lag_messages',
    help: 'Messages that wait in a partition, in memory and on disk, as last seen.',
    labelNames: ['partition'],
    registers,
    collect() {
      this.reset();
      for (const { partition, ready, onDisk } of collector.status().partitions) {
        this.set({ partition: String(partition) }, ready + onDisk);
      }
    },
  });
  new Gauge({
    name: 'collector_held_messages',
    help: 'Messages between receiving and acknowledging.',
    registers,
    collect() {
      this.set(collector.status().heldMessages);
    },
  });
}
