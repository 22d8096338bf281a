/**
 * The sockets through which this machine reaches the cluster: one for each port of each Service, on the Service's own
 * address of 127.0.0.0/8. This process opens them, the node takes them over.
 */
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { ServicePlan } from './cluster-plan';
import { LoopbackError } from './loopback-error';

/** A further place on the host's loopback that leads to a Service, e.g. 127.0.0.1:4317. */
export interface Exposed {
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
  readonly service: string;
  readonly servicePort: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface OpenListener {
  readonly namespace: string;
  readonly service: string;
  readonly servicePort: number;
  readonly address: Address;
  readonly server: Server;
  /** One that was asked for beside the Service's own. */
  readonly further: boolean;
  /** Why it is at another port than the Service's. */
  readonly moved: string | undefined;
}

export async function openListeners(
  services: readonly ServicePlan[],
  exposed: readonly Exposed[],
): Promise<readonly OpenListener[]> {
  const open: OpenListener[] = [];
  try {
    for (const place of exposed) open.push(await openExposed(place));
    for (const service of services) {
      // Nothing on the host speaks UDP with a Service.
      for (const { port } of service.ports.filter(({ protocol }) => protocol === 'TCP'))
        open.push(await openService(service, port));
    }
  } catch (error) {
    for (const { server } of open) server.close();
    throw error;
  }
  return open;
}

async function openExposed({ host, port, ...target }: Exposed): Promise<OpenListener> {
  try {
    return { ...target, ...(await listen(host, port)), further: true, moved: undefined };
  } catch (error) {
    const what = `${host}:${port} for ${target.namespace}/${target.service}`;
    throw new LoopbackError(
      `loopback cluster: ${what} cannot be opened (${codeOf(error)}); end what listens there, or choose another port`,
    );
  }
}

/** Where the real port is taken (a second cluster) or not for this user (below 1024), any port of the address will do. */
async function openService(service: ServicePlan, port: number): Promise<OpenListener> {
  const target = { namespace: service.namespace, service: service.name, servicePort: port };
  const host = service.loopbackAddress;
  try {
    return { ...target, ...(await listen(host, port)), further: false, moved: undefined };
  } catch (error) {
    const moved = `port ${port} of ${host}: ${codeOf(error)}`;
    return { ...target, ...(await listen(host, 0)), further: false, moved };
  }
}

async function listen(host: string, port: number): Promise<{ address: Address; server: Server }> {
  // Until the node has taken it over, nobody knows of the port.
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return { address: { host, port: chosen }, server };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
