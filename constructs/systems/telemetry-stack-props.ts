/**
 * What an operator decides about a telemetry stack: the values in `stacks/environments/telemetry-*.ts`.
 */
import type { Duration, Size } from 'cdk8s';
import type { AlertmanagerProps } from '../alert/alertmanager';
import type { CertificateIssuer } from '../core/certificate';
import type { Stream } from '../core/declared-workload';
import type { PlatformProps } from '../core/platform';
import type { ApiKeys } from '../telemetry/api';
import type { Durability } from '../telemetry/broker';
import type { GrafanaDatabaseChoice } from './grafana-database';

export interface TelemetryStackProps extends Omit<PlatformProps, 'system'> {
  /** Domain of `readings.`, `live.`, `api.` and `grafana.`. */
  readonly domain: string;
  /**
   * GPU readings at the peak. `bytesEach`: a reading as it lies in a queue, key and headers included, some 350 bytes with
   * the tags of a DCGM export.
   */
  readonly readings: Stream;
  readonly network: {
    /** Networks whose senders bring readings, CIDR blocks. */
    readonly senders: readonly string[];
    /** Networks of people and programs that look at them, CIDR blocks. */
    readonly clients: readonly string[];
    /** Static address of the ingress controller's internal load balancer. */
    readonly ingressAddress: string;
    /** Address of the Kubernetes API server, CIDR. */
    readonly kubernetesApi: string;
  };
  /** Class of every volume: encrypted, and bound where its pod runs. */
  readonly storageClass: string;
  /** Signs the certificates of the public host names. */
  readonly publicIssuer: CertificateIssuer;
  readonly brokers: {
    /** Volume of each broker's log. */
    readonly volume: Size;
    /** What an accepted reading survives: docs/guides/delivery.md. */
    readonly durability: Durability;
  };
  readonly store: {
    readonly retention: Duration;
    readonly volume: Size;
  };
  readonly api: {
    readonly keys: ApiKeys;
    /** Web pages elsewhere that may ask the API. @default none */
    readonly corsOrigins?: readonly string[];
  };
  /** The platform's own metrics. */
  readonly metrics: {
    readonly retention: Duration;
    readonly volume: Size;
  };
  /** Where Grafana keeps its state. */
  readonly grafanaDatabase: GrafanaDatabaseChoice;
  readonly grafanaReplicas: number;
  readonly alerting: Pick<AlertmanagerProps, 'receivers' | 'routing' | 'deadMan' | 'receiverCidrs'> & {
    /** Volume of each Alertmanager, for silences. */
    readonly volume: Size;
  };
}
