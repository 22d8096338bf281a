/** OTLP over HTTP, with a body in protobuf or JSON. */
import { isNativeError } from 'node:util/types';
import { gzipSync } from 'node:zlib';
import { decodePartialSuccess, encodeJsonRequest, encodeRequest, type Requests, type Signal } from './otlp';
import { NO_ANSWER, type Outcome, type Sender, type SenderProps } from './sender';

export interface HttpSenderProps extends SenderProps {
  /** @default protobuf */
  readonly encoding?: 'protobuf' | 'json';
  /** @default false */
  readonly gzip?: boolean;
}

/** Specification of OTLP, "OTLP/HTTP Response": whatever else is refused is refused for good. */
const RETRYABLE = new Set([429, 502, 503, 504]);

export class HttpSender implements Sender {
  public readonly protocol: string;
  private readonly encoding: 'protobuf' | 'json';

  constructor(private readonly props: HttpSenderProps) {
    this.encoding = props.encoding ?? 'protobuf';
    this.protocol = this.encoding === 'json' ? 'http-json' : 'http';
  }

  public async send<S extends Signal>(signal: S, request: Requests[S]): Promise<Outcome> {
    const { address, token, timeoutMs, gzip } = this.props;
    const plain = this.encoding === 'json' ? encodeJsonRequest(request) : encodeRequest(signal, request);
    try {
      const response = await fetch(`http://${address}/v1/${signal}`, {
        method: 'POST',
        headers: {
          'content-type': this.encoding === 'json' ? 'application/json' : 'application/x-protobuf',
          ...(gzip === true ? { 'content-encoding': 'gzip' } : {}),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: new Uint8Array(gzip === true ? gzipSync(plain) : plain),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = Buffer.from(await response.arrayBuffer());
      return {
        acknowledged: response.ok,
        retryable: RETRYABLE.has(response.status),
        status: String(response.status),
        message: response.ok ? '' : readable(answer),
        // In JSON the answer says the same; every sender of ours that asserts it speaks protobuf.
        partialSuccess:
          response.ok && this.encoding === 'protobuf' ? decodePartialSuccess(answer) : undefined,
      };
    } catch (error) {
      return {
        acknowledged: false,
        retryable: true,
        status: NO_ANSWER,
        message: reasonOf(error),
        partialSuccess: undefined,
      };
    }
  }

  /** Idle connections of Node's own client keep no process alive. */
  public close(): void {
    return;
  }
}

/** A `google.rpc.Status` in protobuf: its message is the readable part. */
function readable(answer: Buffer): string {
  return answer
    .toString('latin1')
    .replace(/[^ -~]+/g, ' ')
    .trim();
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return isNativeError(error.cause) ? error.cause.message : error.message;
}
