/**
 * OTel trace load balancer: takes spans over OTLP/HTTP and sends all spans of a trace to the same trace processor, which
 * tail sampling needs. It keeps nothing: it answers when every trace processor concerned has its part.
 *
 * When a trace processor dies, requests with spans for it are refused until DNS has forgotten it (some seconds): the
 * ingress turns to Kafka meanwhile, and what others had taken of those requests comes twice. When the set of trace
 * processors changes, a trace that is under way may be split between two of them, each of which judges its part.
 */
import { Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { Delivery } from '../core/delivery';
import type { AnyEndpoint, Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { EVENTS_PER_CORE, autoscale, planReplicas } from './otel/capacity';
import { COLLECTOR_PORTS, collectorConfig, collectorWorkload, listenForScrapes } from './otel/collector';
import type { CollectorConfig } from './otel/config';
import { STORE_TIMEOUT, otlpHttpReceiver } from './otel/hops';

export interface OtelTraceLoadBalancerProps extends ComponentProps {
  /** The trace processors, by their headless Service: the exporter speaks gRPC to each of them. */
  readonly to: Endpoint<'traces', 'otlp-grpc'>;
  readonly workload: DeclaredWorkload;
  /** @default TRACE_LOAD_BALANCER_DEFAULTS.resources */
  readonly resources?: Resources;
  /** @default what the declared workload needs */
  readonly replicas?: number;
}

const TRACE_LOAD_BALANCER_DEFAULTS = {
  resources: { cpuMillis: 2000, memory: Size.gibibytes(2) },
} satisfies Partial<OtelTraceLoadBalancerProps>;

/** A request ends within the time-out of its parts. */
const DRAIN_SECONDS = 30;
/** How soon a new or a lost trace processor is noticed; the collector's own default. */
const RESOLVE_INTERVAL = '5s';

export class OtelTraceLoadBalancer extends Component {
  public readonly otlp: Endpoint<'traces', 'otlp-http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: OtelTraceLoadBalancerProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: 'Sends all spans of a trace to the same trace processor',
    });
    if (props.to.via !== 'headless') {
      this.problem({
        property: 'to',
        value: props.to.host,
        rule: 'the load balancer chooses among pods, so it needs a name that resolves to each of them',
        remedy: "give it an endpoint with via: 'headless'",
      });
    }
    const resources = props.resources ?? TRACE_LOAD_BALANCER_DEFAULTS.resources;
    const load = loadOf(props.workload, 'traces');
    const demand = { eventsPerSecond: load.eventsPerSecond, eventsPerCore: EVENTS_PER_CORE.balancing };
    const plan = planReplicas([demand], resources.cpuMillis, scope.tier);
    const replicas = props.replicas ?? this.derived('replicas', plan.replicas, plan.from);
    const workload = collectorWorkload(this, {
      config: renderOtelTraceLoadBalancer(props.to),
      replicas,
      autoscale: autoscale(replicas),
      resources,
      drainSeconds: DRAIN_SECONDS,
    });
    this.otlp = workload.listen({
      name: 'otlp-http',
      port: COLLECTOR_PORTS.http,
      protocol: 'otlp-http',
      signals: ['traces'],
      access: 'write',
    });
    this.metrics = listenForScrapes(workload);
    workload.connect(props.to, {
      signals: ['traces'],
      purpose: 'spans to the processor of their trace',
      delivery: Delivery.synchronous(),
      load,
    });
  }
}

function renderOtelTraceLoadBalancer(to: AnyEndpoint): CollectorConfig {
  return collectorConfig({
    receivers: { otlp: otlpHttpReceiver },
    exporters: {
      load_balancing: {
        routing_key: 'traceID',
        protocol: {
          otlp: {
            timeout: STORE_TIMEOUT,
            tls: { insecure: true },
            sending_queue: { enabled: false },
            retry_on_failure: { enabled: false },
          },
        },
        resolver: {
          dns: { hostname: to.host, port: String(to.port), interval: RESOLVE_INTERVAL, timeout: '1s' },
        },
      },
    },
    pipelines: { traces: { receivers: ['otlp'], exporters: ['load_balancing'] } },
  });
}
