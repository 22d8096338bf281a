/**
 * The container of every Tempo part: one image and one configuration, told apart by its target.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { MountedConfig } from '../core/component';
import type { ContainerSpec, EnvSource, Resources } from '../core/container-spec';
import type { SecretKey } from '../core/secrets';
import { KAFKA_PASSWORD_VARIABLE, TEMPO_DATA_DIR, TEMPO_PORTS } from './tempo-config';

/** The image's own user. */
export const TEMPO_UID = 10001;

/** A live-store reads back what it held: up to `readiness_max_wait`, and its local blocks before that. */
const STARTUP_SECONDS = 600;

export interface TempoContainerProps {
  readonly target: string;
  readonly config: MountedConfig;
  readonly resources: Resources;
  /** @default none */
  readonly args?: readonly string[];
  /** Where it writes: a claim that outlives the pod, or scratch space of this size. */
  readonly data: { readonly claim: string } | { readonly scratch: Size };
  /** What it presents to the object store. @default it does not speak with it */
  readonly env?: Readonly<Record<string, EnvSource>>;
  /** @default it does not speak with Kafka */
  readonly kafkaPassword?: SecretKey;
}

export function tempoContainer(props: TempoContainerProps): ContainerSpec {
  const { data, kafkaPassword } = props;
  return {
    image: CATALOG.tempo,
    args: [
      '-config.file=/etc/tempo/tempo.yaml',
      `-target=${props.target}`,
      ...(kafkaPassword === undefined ? [] : ['-config.expand-env=true']),
      ...(props.args ?? []),
    ],
    env: {
      ...props.env,
      ...(kafkaPassword === undefined ? {} : { [KAFKA_PASSWORD_VARIABLE]: { secret: kafkaPassword } }),
    },
    resources: props.resources,
    probes: {
      readiness: { http: '/ready', port: TEMPO_PORTS.http },
      // Not `/ready`: a query-frontend without queriers is not ready, and a restart would not help it.
      liveness: { http: '/api/status/buildinfo', port: TEMPO_PORTS.http },
      startupSeconds: STARTUP_SECONDS,
    },
    configs: [{ mountPath: '/etc/tempo', config: props.config }],
    volumes: 'claim' in data ? [{ claim: data.claim, mountPath: TEMPO_DATA_DIR }] : [],
    scratch: [
      { mountPath: '/tmp', size: Size.mebibytes(256) },
      ...('scratch' in data ? [{ mountPath: TEMPO_DATA_DIR, size: data.scratch }] : []),
    ],
  };
}
