/**
 * Who comes to the telemetry stack from outside, by which host, and whom it talks to there.
 */
import { Duration, Size } from 'cdk8s';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { Route } from '../ingress/nginx-ingress';
import type { Grafana } from '../view/grafana';
import type { Api } from '../telemetry/api';
import type { Streamer } from '../telemetry/streamer';
import { kubernetesApi } from './outside';
import type { TelemetryStackProps } from './telemetry-stack-props';

export interface TelemetryOutside {
  readonly senders: External;
  readonly clients: External;
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
}

/** What the streamer takes; a byte more would only be refused one hop later. */
const READINGS_BODY = Size.mebibytes(8);
const READINGS_PER_SECOND = 200;
/** Longer than the pause between two heartbeats of a live stream, and than the API's longest pause within an answer. */
const STREAM_TIMEOUT = Duration.minutes(2);

export function telemetryOutside(
  platform: Platform,
  { network }: Pick<TelemetryStackProps, 'network'>,
): TelemetryOutside {
  return {
    senders: new External(platform, 'gpu-senders', {
      description: 'Senders of GPU readings: CSV, JSON or NDJSON over HTTPS',
      cidrs: network.senders,
    }),
    clients: new External(platform, 'clients', {
      description: 'People and programs that look at readings',
      cidrs: network.clients,
    }),
    kubernetesApi: kubernetesApi(platform, [network.kubernetesApi]),
  };
}

export function telemetryRoutes(
  host: (name: string) => string,
  { senders, clients }: TelemetryOutside,
  parts: { readonly streamer: Streamer; readonly api: Api; readonly grafana: Grafana },
): Route[] {
  const looking = { from: clients, signals: ['web'], maxBody: Size.mebibytes(1) } as const;
  return [
    {
      name: 'readings',
      host: host('readings'),
      to: parts.streamer.http,
      from: senders,
      signals: ['metrics'],
      maxBody: READINGS_BODY,
      timeout: STREAM_TIMEOUT,
      requestsPerSecond: READINGS_PER_SECOND,
    },
    {
      name: 'live',
      host: host('live'),
      to: parts.streamer.http,
      ...looking,
      timeout: STREAM_TIMEOUT,
      requestsPerSecond: 20,
    },
    {
      name: 'api',
      host: host('api'),
      to: parts.api.http,
      ...looking,
      timeout: STREAM_TIMEOUT,
      requestsPerSecond: 100,
    },
    {
      name: 'grafana',
      host: host('grafana'),
      to: parts.grafana.web,
      ...looking,
      maxBody: Size.mebibytes(10),
      timeout: Duration.seconds(60),
      requestsPerSecond: 100,
    },
  ];
}
