/** One way to send OTLP to one address, as an SDK's exporter would: a request, a time-out, an answer that says what to do next. */
import type { PartialSuccess, Requests, Signal } from './otlp';

export interface Sender {
  /** For tables: `grpc`, `http`, `http-json`. */
  readonly protocol: string;
  /** Never throws for what the receiver or the network does. */
  send<S extends Signal>(signal: S, request: Requests[S]): Promise<Outcome>;
  close(): void;
}

export interface SenderProps {
  /** `host:port` */
  readonly address: string;
  /** Sent as `Authorization: Bearer …`; none without. */
  readonly token?: string;
  /** The sender's own patience; when it ends the fate of the request is unknown, and it is sent again. */
  readonly timeoutMs: number;
}

export interface Outcome {
  readonly acknowledged: boolean;
  /** Meaningful for what was not acknowledged: the same request may be sent again. */
  readonly retryable: boolean;
  /** Of HTTP as it is (`503`), of gRPC by its name (`UNAVAILABLE`); `no answer` when none came. */
  readonly status: string;
  readonly message: string;
  readonly partialSuccess: PartialSuccess | undefined;
}

export const NO_ANSWER = 'no answer';
