/** The kubelet's probes over the network, made from the node to the pod's address. Commands are the sandbox's business. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { ProbePlan } from '../cluster-plan';
import { grpcHealth } from './grpc-health';
import type { ProbeResult } from './probe-loop';

type NetworkAction = Exclude<ProbePlan['action'], { kind: 'exec' }>;
type HttpAction = Extract<ProbePlan['action'], { kind: 'http' }>;

/** What a person may want to read of a refusal. */
const SHOWN_BODY_CHARACTERS = 200;

export async function networkProbe(
  action: NetworkAction,
  address: string,
  timeoutMs: number,
): Promise<ProbeResult> {
  const where = `${address}:${action.port}`;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    if (action.kind === 'http') return await httpProbe(action, address, limit);
    if (action.kind === 'grpc') return await grpcHealth(where, action.service, limit);
    return await tcpProbe(address, action.port, limit);
  } catch (error) {
    const said = limit.aborted ? `no answer within ${timeoutMs / 1_000} s` : messageOf(error);
    return { ok: false, message: `${action.kind} ${where}: ${said}` };
  }
}

async function httpProbe(action: HttpAction, address: string, signal: AbortSignal): Promise<ProbeResult> {
  const request = action.tls ? httpsRequest : httpRequest;
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    request({
      host: address,
      port: action.port,
      path: action.path,
      headers: { 'user-agent': 'kube-probe', accept: '*/*', ...action.headers },
      signal,
      agent: false,
      // As the kubelet: a probe asks for life, not for identity.
      rejectUnauthorized: false,
    })
      .once('error', reject)
      .once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          if (text.length < SHOWN_BODY_CHARACTERS) text += part;
        });
        response.once('error', reject);
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text.slice(0, SHOWN_BODY_CHARACTERS).trim() });
        });
      })
      .end();
  });
  // A redirect counts as success for the kubelet too.
  const message = `${action.path} on port ${action.port} answered ${status}${body === '' ? '' : `: ${body}`}`;
  return { ok: status >= 200 && status < 400, message };
}

async function tcpProbe(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
  return { ok: true, message: `port ${port} takes connections` };
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
