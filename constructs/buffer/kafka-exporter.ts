/**
 * kafka_exporter: reads offsets, consumer lag and replica state from Kafka, gives them as metrics.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';
import type { KafkaBuffer } from './kafka-buffer';

export interface KafkaExporterProps extends ComponentProps {
  /** In the same namespace: the exporter mounts its trust. */
  readonly kafka: Pick<KafkaBuffer, 'monitoring' | 'monitor' | 'trust'>;
  /** @default KAFKA_EXPORTER_DEFAULTS.resources */
  readonly resources?: Resources;
}

const KAFKA_EXPORTER_DEFAULTS = {
  // A few hundred partitions; it keeps nothing between scrapes.
  resources: { cpuMillis: 50, memory: Size.mebibytes(128) },
} satisfies Partial<KafkaExporterProps>;

const PORT = 9308;
/** `nobody`, the image's own user. */
const UID = 65534;
/** Nothing to finish: a scrape that is cut off is repeated. */
const DRAIN_SECONDS = 15;
/**
 * The newest protocol that the exporter's client library knows. Its default, 2.0.0, speaks versions that Kafka 4
 * dropped (KIP-896).
 */
const PROTOCOL_VERSION = '4.0.0';
const TLS_DIR = '/etc/hyperion/tls';

export class KafkaExporter extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: KafkaExporterProps) {
    super(scope, id, props, {
      layer: 'buffer',
      summary: 'Offsets, lag and replica state of Kafka as metrics',
    });
    const { monitoring, monitor, trust } = props.kafka;
    const workload = new Workload(this, id, {
      kind: 'Deployment',
      // Two would report everything twice.
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      container: {
        image: CATALOG['kafka-exporter'],
        args: [
          `--kafka.server=${monitoring.hostPort}`,
          `--kafka.version=${PROTOCOL_VERSION}`,
          '--sasl.enabled',
          '--sasl.mechanism=plain',
          `--sasl.username=${monitor.name}`,
          '--tls.enabled',
          `--tls.ca-file=${TLS_DIR}/ca.crt`,
          '--topic.exclude=^__',
          `--web.listen-address=:${PORT}`,
        ],
        env: { SASL_USER_PASSWORD: { secret: this.secret(monitor.password) } },
        secretFiles: [{ mountPath: TLS_DIR, secretName: trust.secretName, keys: ['ca.crt'] }],
        resources: props.resources ?? KAFKA_EXPORTER_DEFAULTS.resources,
        probes: { readiness: { http: '/healthz', port: PORT } },
      },
    });
    this.metrics = workload.listenForScrapes({
      name: 'metrics',
      port: PORT,
    });
    workload.connect(monitoring, {
      signals: ['state'],
      purpose: 'offsets, lag and replica state',
      credential: { kind: 'sasl-plain', secret: monitor.password },
    });
  }
}
