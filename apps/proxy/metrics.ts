/** The proxy's own metrics. A broker is its ordinal, of which there are 16. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { Admission } from './admission';
import type { Operation, Outcome } from './brokers/broker';
import type { Brokers } from './brokers/brokers';
import type { Receivers } from './receiving';

/** From a broker's fast answer to the longest poll. */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STATES = ['in', 'out', 'probation'] as const;

export class ProxyMetrics {
  private readonly durations: Histogram;
  private readonly failovers: Counter;
  private readonly givenBack: Counter;
  /** With their labels bound: that is most of what an observation costs. */
  private readonly bound = new Map<string, { observe(value: number): void }>();

  public constructor(registry: Registry) {
    this.durations = new Histogram({
      name: 'proxy_broker_request_duration_seconds',
      help: 'Requests to brokers: answered (ok), refused with a problem, or failed.',
      labelNames: ['broker', 'operation', 'outcome'],
      buckets: DURATION_BUCKETS_S,
      registers: [registry],
    });
    this.failovers = new Counter({
      name: 'proxy_failovers_total',
      help: 'Times that messages went to another broker, because this one did not take them.',
      labelNames: ['broker'],
      registers: [registry],
    });
    this.givenBack = new Counter({
      name: 'proxy_messages_given_back_total',
      help: 'Messages that were received for a client that had hung up.',
      registers: [registry],
    });
  }

  public observe(broker: number, operation: Operation, outcome: Outcome, durationMs: number): void {
    const name = `${broker} ${operation} ${outcome}`;
    let bound = this.bound.get(name);
    if (bound === undefined) {
      bound = this.durations.labels({ broker, operation, outcome });
      this.bound.set(name, bound);
    }
    bound.observe(durationMs / 1000);
  }

  public failedOver(from: number): void {
    this.failovers.inc({ broker: from });
  }

  public gaveBack(count: number): void {
    this.givenBack.inc(count);
  }
}

export function addStateMetrics(
  registry: Registry,
  { brokers, receivers, admission }: { brokers: Brokers; receivers: Receivers; admission: Admission },
): void {
  new Gauge({
    name: 'proxy_broker_state',
    help: '1 for the state in which a broker is.',
    labelNames: ['broker', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { ordinal, health } of brokers.all) {
        for (const state of STATES) this.set({ broker: ordinal, state }, health.state() === state ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'proxy_broker_takes_messages',
    help: '0 while a broker is out or its disk is full.',
    labelNames: ['broker'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { ordinal, takesMessages } of brokers.all)
        this.set({ broker: ordinal }, takesMessages ? 1 : 0);
    },
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('proxy_waiting_receivers', 'Clients that wait for messages.', () => receivers.waitingCount);
  gauge('proxy_requests_under_way', 'Requests, without waiting receivers.', () => admission.requests);
  gauge('proxy_body_memory_used_bytes', 'Memory of the bodies of these.', () => admission.bytes);
}
