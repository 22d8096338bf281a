/**
 * The streamer: takes GPU readings as JSON, NDJSON or CSV over HTTP, publishes them through the proxy, and shows them to
 * whoever follows the live stream. On a laptop it also reads files.
 */
import { Size } from 'cdk8s';
import type { STREAMER_VARIABLES } from '../../apps/streamer/config';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import { countText, IN_CONTAINER, type Listen, type ServiceEnvironment } from './service-environment';
import { HTTP, serviceWorkload } from './service-workload';

/** What is not given is the service's own default. */
export interface StreamerEnvironmentProps {
  readonly listen: Listen;
  readonly queueUrl: string;
  /** For checkpoints and rejected rows. */
  readonly dataDir: string;
  /** A CSV file, a watched folder, or `-`. @default none: HTTP only */
  readonly source?: string;
  /** Read the file again and again, with the time of reading. */
  readonly loop?: boolean;
  readonly pace?: 'fast' | 'original' | 'rate';
  readonly rowsPerSecond?: number;
}

export interface StreamerProps extends ComponentProps {
  readonly queue: Endpoint<'metrics', 'queue-http'>;
  readonly load: Load;
  readonly serviceToken: SecretRef;
  /** @default dev 1, prod 2 */
  readonly replicas?: number;
  /** @default SERVICE_RESOURCES of the tier */
  readonly resources?: Resources;
}

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
const DATA_DIR = '/var/lib/streamer';
/** STREAMER_REJECT_SIZE's 64 MiB, twice: what is over it is only counted. */
const SCRATCH = Size.mebibytes(128);

export class Streamer extends Component {
  /** Takes readings, and shows the live stream. */
  public readonly http: Endpoint<'metrics' | 'web', 'http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: StreamerProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: 'Takes GPU readings over HTTP and publishes them (streamer)',
    });
    const { queue, serviceToken, load } = props;
    const { workload, metrics } = serviceWorkload<typeof STREAMER_VARIABLES>(this, id, {
      app: 'streamer',
      kind: 'Deployment',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      environment: streamerEnvironment({ listen: IN_CONTAINER, queueUrl: queue.url, dataDir: DATA_DIR }),
      secrets: { SERVICE_TOKEN: serviceToken },
      resources: props.resources,
      // It reads no file here, so nothing in it has to outlive the pod but rejected rows, whose sender was told.
      scratch: [{ mountPath: DATA_DIR, size: SCRATCH }],
    });
    this.metrics = metrics;
    this.http = workload.listen({
      ...HTTP,
      protocol: 'http',
      signals: ['metrics', 'web'],
      access: 'write',
      auth: AuthScheme.secret('bearer', [serviceToken]),
    });
    workload.connect(queue, {
      signals: ['metrics'],
      purpose: 'readings to publish',
      credential: { kind: 'bearer', secret: serviceToken },
      load,
    });
  }
}

export function streamerEnvironment(
  props: StreamerEnvironmentProps,
): ServiceEnvironment<typeof STREAMER_VARIABLES> {
  return {
    LISTEN_HOST: props.listen.host,
    LISTEN_PORT: String(props.listen.port),
    QUEUE_URL: props.queueUrl,
    STREAMER_DATA_DIR: props.dataDir,
    STREAMER_SOURCE: props.source,
    STREAMER_LOOP: props.loop === undefined ? undefined : props.loop ? 'true' : 'false',
    STREAMER_PACE: props.pace,
    STREAMER_RATE: countText(props.rowsPerSecond),
  };
}
