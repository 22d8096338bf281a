/** The one gRPC call that a probe makes, `grpc.health.v1.Health/Check`, over HTTP/2 without a library for it. */
import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { ProbeResult } from './probe-loop';

/** `HealthCheckResponse.ServingStatus` of the health protocol. */
const SERVING = 1;
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

export async function grpcHealth(where: string, service: string, limit: AbortSignal): Promise<ProbeResult> {
  const session = connect(`http://${where}`);
  try {
    return await new Promise<ProbeResult>((resolve, reject) => {
      limit.addEventListener('abort', () => {
        reject(new Error('the time is over'));
      });
      session.once('error', reject);
      const call = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
        [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
        [constants.HTTP2_HEADER_TE]: 'trailers',
      });
      const parts: Buffer[] = [];
      let grpcStatus: string | undefined;
      call.once('error', reject);
      const noteStatus = (headers: IncomingHttpHeaders): void => {
        grpcStatus ??= [headers['grpc-status']].flat()[0];
      };
      // An error without a message comes in the headers alone.
      call.once('response', noteStatus);
      call.once('trailers', noteStatus);
      call.on('data', (part: Buffer) => parts.push(part));
      call.once('end', () => {
        resolve(verdict(Buffer.concat(parts), grpcStatus));
      });
      call.end(checkRequest(service));
    });
  } finally {
    session.destroy();
  }
}

/** `HealthCheckRequest { string service = 1; }` behind gRPC's five bytes of flag and length. */
export function checkRequest(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length > 127) throw new Error(`the service's name ${service} has more than 127 bytes`);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `HealthCheckResponse { ServingStatus status = 1; }`, whose default is UNKNOWN. */
export function verdict(body: Buffer, grpcStatus: string | undefined): ProbeResult {
  if (grpcStatus !== undefined && Number(grpcStatus) !== 0) {
    return { ok: false, message: `gRPC health check ended with status ${grpcStatus}` };
  }
  const status = body.length >= 7 && body[5] === 0x08 ? (body[6] ?? 0) : 0;
  return {
    ok: status === SERVING,
    message: `gRPC health check says ${STATUS_NAMES[status] ?? String(status)}`,
  };
}
