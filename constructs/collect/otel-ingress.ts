/**
 * OTel ingress collector: takes logs, metrics and traces of authenticated tenants over OTLP, drops metrics that are not
 * on the allow-list, and hands each signal to its processor or to Kafka. It acknowledges only what the next hop or
 * Kafka has taken; when neither does, it answers 503 and the sender keeps its data.
 */
import { Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { Delivery } from '../core/delivery';
import { TELEMETRY, type Endpoint, type Telemetry } from '../core/endpoint';
import type { Platform } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import type { Workload } from '../core/workload';
import { autoscale, planPassingOn } from './otel/capacity';
import { COLLECTOR_PORTS, collectorWorkload, listenForScrapes } from './otel/collector';
import { kafkaCredential, kafkaMounts, type KafkaAccess } from './otel/kafka';
import { renderOtelIngress, tokenVariable, type MetricAllowList } from './otel-ingress-config';

/** Who may send, and the bearer token that proves it. */
export interface Tenant {
  /** Lower-case words joined by hyphens. */
  readonly name: string;
  readonly secret: SecretRef;
}

/**
 * `failover`: to the processor; when that fails, to the topic, from which the replay collector brings it back.
 * `kafka-first`: to the topic always; stricter (no alpha connector in the way), and slower by one hop.
 */
export type SignalRoute<T extends Telemetry> =
  | {
      readonly mode: 'failover';
      readonly to: Endpoint<T, 'otlp-http'>;
      readonly topic: Endpoint<T, 'kafka'>;
    }
  | { readonly mode: 'kafka-first'; readonly topic: Endpoint<T, 'kafka'> };

export type SignalRoutes = { readonly [T in Telemetry]: SignalRoute<T> };

export interface OtelIngressProps extends ComponentProps {
  readonly tenants: readonly Tenant[];
  readonly allowedMetrics: MetricAllowList;
  readonly routes: SignalRoutes;
  readonly kafka: KafkaAccess;
  readonly workload: DeclaredWorkload;
  /** Largest request, before and after decompression. @default OTEL_INGRESS_DEFAULTS.maxBody */
  readonly maxBody?: Size;
  /** @default OTEL_INGRESS_DEFAULTS.resources */
  readonly resources?: Resources;
  /** Least number of replicas; up to twice as many come with load. @default what the declared workload needs */
  readonly replicas?: number;
}

const OTEL_INGRESS_DEFAULTS = {
  // A collector's batch of 8,192 log records of 500 bytes is 4 MiB; twice that, and no room for a decompression bomb.
  maxBody: Size.mebibytes(8),
  resources: { cpuMillis: 2000, memory: Size.gibibytes(2) },
} satisfies Partial<OtelIngressProps>;

/** A request ends within the 5 s of level 1 and the 5 s of Kafka; the rest is for connections to close. */
const DRAIN_SECONDS = 30;

export class OtelIngress extends Component {
  public readonly otlpGrpc: Endpoint<Telemetry, 'otlp-grpc'>;
  public readonly otlpHttp: Endpoint<Telemetry, 'otlp-http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: OtelIngressProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary:
        'Entry of all telemetry (OpenTelemetry Collector): authenticates, filters metrics, routes by signal',
    });
    this.check(props);
    const resources = props.resources ?? OTEL_INGRESS_DEFAULTS.resources;
    const replicas = props.replicas ?? this.planned(props.workload, resources);
    const { env, secretFiles } = kafkaMounts(
      this,
      TELEMETRY.map((signal) => ({ topic: props.routes[signal].topic, access: props.kafka })),
    );
    const workload = collectorWorkload(this, {
      config: renderOtelIngress({
        tenants: props.tenants.map(({ name }) => name),
        allowedMetrics: props.allowedMetrics,
        routes: props.routes,
        kafka: props.kafka,
        maxBody: props.maxBody ?? OTEL_INGRESS_DEFAULTS.maxBody,
      }),
      replicas,
      autoscale: autoscale(replicas),
      resources,
      drainSeconds: DRAIN_SECONDS,
      env: {
        ...Object.fromEntries(
          props.tenants.map(({ name, secret }) => [tokenVariable(name), { secret: this.secret(secret) }]),
        ),
        ...env,
      },
      secretFiles,
    });
    const accepts = {
      signals: TELEMETRY,
      access: 'write',
      auth: AuthScheme.secret(
        'bearer',
        props.tenants.map(({ secret }) => secret),
      ),
    } as const;
    this.otlpGrpc = workload.listen({
      name: 'otlp-grpc',
      port: COLLECTOR_PORTS.grpc,
      protocol: 'otlp-grpc',
      ...accepts,
    });
    this.otlpHttp = workload.listen({
      name: 'otlp-http',
      port: COLLECTOR_PORTS.http,
      protocol: 'otlp-http',
      ...accepts,
    });
    this.metrics = listenForScrapes(workload);
    this.route(workload, 'logs', props.routes.logs, props);
    this.route(workload, 'metrics', props.routes.metrics, props);
    this.route(workload, 'traces', props.routes.traces, props);
  }

  private route<T extends Telemetry>(
    workload: Workload,
    signal: T,
    route: SignalRoute<T>,
    props: OtelIngressProps,
  ): void {
    const load = loadOf(props.workload, signal);
    const toTopic = {
      signals: [signal],
      delivery: Delivery.synchronous(),
      credential: kafkaCredential(route.topic, props.kafka),
    };
    if (route.mode === 'kafka-first') {
      workload.connect(route.topic, { ...toTopic, purpose: `all ${signal}, for the replay collector`, load });
      return;
    }
    workload.connect(route.to, {
      signals: [signal],
      purpose: `${signal} to their processor`,
      delivery: Delivery.synchronous(route.topic),
      load,
    });
    workload.connect(route.topic, { ...toTopic, purpose: `${signal} that their processor did not take` });
  }

  private planned(workload: DeclaredWorkload, resources: Resources): number {
    const { replicas, from } = planPassingOn(workload, resources.cpuMillis, this.platform.tier);
    return this.derived('replicas', replicas, from);
  }

  private check({ tenants, allowedMetrics }: OtelIngressProps): void {
    if (tenants.length === 0) {
      this.problem({
        property: 'tenants',
        value: tenants,
        rule: 'an entry without tenants accepts nobody',
        remedy: 'name at least one tenant with its secret',
      });
    }
    for (const [what, values] of [
      ['name', tenants.map(({ name }) => name)],
      ['secret', tenants.map(({ secret }) => secret.name)],
    ] as const) {
      const twice = values.find((value, index) => values.indexOf(value) !== index);
      if (twice === undefined) continue;
      this.problem({
        property: `tenants[].${what}`,
        value: twice,
        rule: `every tenant has a ${what} of its own, or taking one's access away takes another's`,
        remedy: `give one of the two another ${what}`,
      });
    }
    for (const { name } of tenants) {
      if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) continue;
      this.problem({
        property: 'tenants[].name',
        value: name,
        rule: 'the name of a tenant is lower-case words joined by hyphens',
        remedy: 'rename it',
      });
    }
    this.checkAllowList(allowedMetrics);
  }

  private checkAllowList({ names, prefixes }: MetricAllowList): void {
    if (names.length + prefixes.length === 0) {
      this.problem({
        property: 'allowedMetrics',
        value: { names, prefixes },
        rule: 'an empty allow-list drops every metric',
        remedy: "name the metrics that may pass, e.g. prefixes: ['http.server.']",
      });
    }
    for (const entry of [...names, ...prefixes]) {
      if (/^[A-Za-z][A-Za-z0-9_.\-/]*$/.test(entry)) continue;
      this.problem({
        property: 'allowedMetrics',
        value: entry,
        rule: 'an entry is an exact name or the literal beginning of one, without patterns',
        remedy: "write 'http.server.' into prefixes for everything that begins so",
      });
    }
  }
}
