/**
 * A hop from one collector to the next or to a store, over OTLP/HTTP: its connections come back within seconds of
 * the receiver, where gRPC's back-off grows towards two minutes.
 */
import type { AnyEndpoint } from '../../core/endpoint';
import { COLLECTOR_PORTS, POD_ADDRESS } from './collector';
import { NO_QUEUE, NO_RETRY } from './disk-queue';
import type { OtlpHttpExporter, OtlpReceiver, Retry, SendingQueue } from './transports';

/**
 * What one collector takes from another: more than any of them sends (the ingress's limit, Kafka's 1 MB messages), so
 * that no hop inside the platform refuses what the first one took.
 */
const INTERNAL_BODY_BYTES = 32 * 1024 ** 2;

/** Go keeps two idle connections a host; with more requests than that under way each would dial anew. */
const IDLE_CONNECTIONS = 100;

/** The next hop must answer before the one before it gives up (5 s at the ingress). */
export const STORE_TIMEOUT = '4s';

export const otlpHttpReceiver: OtlpReceiver = {
  protocols: {
    http: {
      endpoint: `${POD_ADDRESS}:${COLLECTOR_PORTS.http}`,
      max_request_body_size: INTERNAL_BODY_BYTES,
    },
  },
};

export const otlpGrpcReceiver: OtlpReceiver = {
  protocols: {
    grpc: {
      endpoint: `${POD_ADDRESS}:${COLLECTOR_PORTS.grpc}`,
      max_recv_msg_size_mib: INTERNAL_BODY_BYTES / 1024 ** 2,
    },
  },
};

export interface HopOptions {
  readonly timeout: OtlpHttpExporter['timeout'];
  /** Another collector takes zstd, cheaper at the same ratio; every store takes gzip. */
  readonly compression: OtlpHttpExporter['compression'];
  /** @default none: the sender waits for the answer */
  readonly queue?: SendingQueue;
  /** @default none */
  readonly retry?: Retry;
}

export function otlpHttpExporter(to: AnyEndpoint, options: HopOptions): OtlpHttpExporter {
  return {
    endpoint: to.url,
    compression: options.compression,
    timeout: options.timeout,
    max_idle_conns_per_host: IDLE_CONNECTIONS,
    sending_queue: options.queue ?? NO_QUEUE,
    retry_on_failure: options.retry ?? NO_RETRY,
  };
}
