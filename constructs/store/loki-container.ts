/**
 * The container of every Loki part: one image and one configuration, told apart by its target.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { MountedConfig } from '../core/component';
import type { ContainerSpec, EnvSource, Resources } from '../core/container-spec';
import { LOKI_DATA_DIR, LOKI_PORTS } from './loki-config';

/** The image's own user. */
export const LOKI_UID = 10001;

/** Replaying the write-ahead log of a full ingester takes minutes. */
const STARTUP_SECONDS = 600;

export interface LokiContainerProps {
  readonly target: string;
  readonly config: MountedConfig;
  readonly resources: Resources;
  /** @default none */
  readonly args?: readonly string[];
  /** What it presents to the object store. @default it does not speak with it */
  readonly env?: Readonly<Record<string, EnvSource>>;
  /** Claim that keeps its data. @default scratch space: the part keeps nothing */
  readonly claim?: string;
}

export function lokiContainer(props: LokiContainerProps): ContainerSpec {
  return {
    image: CATALOG.loki,
    args: ['-config.file=/etc/loki/config.yaml', `-target=${props.target}`, ...(props.args ?? [])],
    env: props.env ?? {},
    resources: props.resources,
    probes: {
      readiness: { http: '/ready', port: LOKI_PORTS.http },
      // Not `/ready`: a query-frontend without queriers is not ready, and a restart would not help it.
      liveness: { http: '/loki/api/v1/status/buildinfo', port: LOKI_PORTS.http },
      startupSeconds: STARTUP_SECONDS,
    },
    configs: [{ mountPath: '/etc/loki', config: props.config }],
    volumes: props.claim === undefined ? [] : [{ claim: props.claim, mountPath: LOKI_DATA_DIR }],
    scratch: [
      { mountPath: '/tmp', size: Size.mebibytes(256) },
      ...(props.claim === undefined ? [{ mountPath: LOKI_DATA_DIR, size: Size.gibibytes(1) }] : []),
    ],
  };
}
