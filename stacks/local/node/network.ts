/**
 * The cluster's network inside the node's namespace: one network namespace a pod, joined by a veth pair whose other end
 * stays in the node's. Routed, as Calico does it, not bridged: every packet between pods passes the node's firewall.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { DNS_ADDRESS, NODE_ADDRESS, SERVICE_NETWORK } from '../plan/addresses';
import type { PodPlan } from '../cluster-plan';
import { command } from './command';
import { podKey } from './service-pods';

/** Where connections to a Service go that no rule has redirected: nowhere, but past the rules. */
const NOWHERE = 'services';
const NAMESPACES = '/run/netns';
/** Ends of so many pods are configured at once: each takes some processes for a moment. */
const AT_ONCE = 4;

export class PodNetwork {
  private readonly indexes: ReadonlyMap<string, number>;

  public constructor(private readonly pods: readonly PodPlan[]) {
    this.indexes = new Map(pods.map((pod, index) => [podKey(pod), index]));
  }

  /** The file to enter the pod's namespace by. */
  public namespaceOf(pod: PodPlan): string {
    return `${NAMESPACES}/${nameOf(this.indexOf(pod))}`;
  }

  public async create(): Promise<void> {
    // A /run of the node's own: the machine's is not ours to write, and everything in this one ends with the node.
    await command('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'hyperion', '/run']);
    mkdirSync(NAMESPACES);
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
    // A pod that asks its own Service goes out and comes in by one interface; that is no detour to be told about.
    for (const which of ['all', 'default'])
      writeFileSync(`/proc/sys/net/ipv4/conf/${which}/send_redirects`, '0');
    await command('ip', ['-batch', '-'], nodeBatch(this.pods));
    const waiting = [...this.pods];
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let pod = waiting.shift(); pod !== undefined; pod = waiting.shift()) await this.configureEnd(pod);
    });
    await Promise.all(workers);
  }

  private async configureEnd(pod: PodPlan): Promise<void> {
    // As container runtimes set it: port 80 needs no root within a pod.
    const script = 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start; exec ip -batch -';
    await command('nsenter', [`--net=${this.namespaceOf(pod)}`, '--', 'sh', '-ec', script], podBatch(pod));
  }

  private indexOf(pod: PodPlan): number {
    const index = this.indexes.get(podKey(pod));
    if (index === undefined) throw new Error(`pod ${podKey(pod)} has no network`);
    return index;
  }
}

/** For `ip -batch` in the node's namespace. */
export function nodeBatch(pods: readonly PodPlan[]): string {
  return batch([
    'link set lo up',
    `address add ${NODE_ADDRESS}/32 dev lo`,
    `address add ${DNS_ADDRESS}/32 dev lo`,
    `link add ${NOWHERE} type veth peer name ${NOWHERE}-end`,
    `link set ${NOWHERE} up`,
    `link set ${NOWHERE}-end up`,
    `route add ${SERVICE_NETWORK} dev ${NOWHERE} src ${NODE_ADDRESS}`,
    ...pods.flatMap((pod, index) => {
      const name = nameOf(index);
      return [
        `netns add ${name}`,
        `link add ${name} type veth peer name eth0 netns ${name}`,
        `link set ${name} up`,
        `route add ${pod.address}/32 dev ${name} src ${NODE_ADDRESS}`,
      ];
    }),
  ]);
}

/** For `ip -batch` in the pod's namespace. */
export function podBatch(pod: PodPlan): string {
  return batch([
    'link set lo up',
    `address add ${pod.address}/32 dev eth0`,
    'link set eth0 up',
    `route add ${NODE_ADDRESS}/32 dev eth0`,
    `route add default via ${NODE_ADDRESS} dev eth0`,
  ]);
}

/** Of namespace and interface; the latter may have 15 characters. */
function nameOf(index: number): string {
  return `pod${index}`;
}

function batch(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
