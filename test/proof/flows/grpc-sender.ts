/** OTLP over gRPC. */
import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  status,
  type ServiceError,
} from '@grpc/grpc-js';
import { decodePartialSuccess, encodeRequest, type Requests, type Signal } from './otlp';
import { NO_ANSWER, type Outcome, type Sender, type SenderProps } from './sender';

export interface GrpcSenderProps extends SenderProps {
  /** @default false */
  readonly gzip?: boolean;
}

const METHODS: Readonly<Record<Signal, string>> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
};

/** Specification of OTLP, "Failures" of OTLP/gRPC; RESOURCE_EXHAUSTED counts only with a `RetryInfo`, which we do not read. */
const RETRYABLE: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

export class GrpcSender implements Sender {
  public readonly protocol = 'grpc';
  private readonly client: Client;
  private readonly metadata = new Metadata();

  constructor(private readonly props: GrpcSenderProps) {
    this.client = new Client(props.address, credentials.createInsecure(), {
      // The client's own back-off grows to two minutes, which would measure itself and not the platform.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1000,
      ...(props.gzip === true ? { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip } : {}),
    });
    if (props.token !== undefined) this.metadata.set('authorization', `Bearer ${props.token}`);
  }

  public send<S extends Signal>(signal: S, request: Requests[S]): Promise<Outcome> {
    return new Promise((resolve) => {
      this.client.makeUnaryRequest<Requests[S], Buffer>(
        METHODS[signal],
        (message) => encodeRequest(signal, message),
        (answer) => answer,
        request,
        this.metadata,
        { deadline: Date.now() + this.props.timeoutMs },
        (error, answer) => {
          resolve(error === null ? taken(answer) : refused(error));
        },
      );
    });
  }

  public close(): void {
    this.client.close();
  }
}

function taken(answer: Buffer | undefined): Outcome {
  const partialSuccess = answer === undefined ? undefined : decodePartialSuccess(answer);
  return { acknowledged: true, retryable: false, status: 'OK', message: '', partialSuccess };
}

function refused({ code, details }: ServiceError): Outcome {
  return {
    acknowledged: false,
    retryable: RETRYABLE.has(code),
    status: code === status.DEADLINE_EXCEEDED ? NO_ANSWER : status[code],
    message: details,
    partialSuccess: undefined,
  };
}
