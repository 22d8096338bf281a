/**
 * What the emitted NetworkPolicies let through equals the flow graph: for every ordered pair of workloads and every
 * port that anything opens, judged from the YAML alone by an evaluator that knows nothing of the graph.
 */
import { reachOf } from '../../constructs/core/network-access';
import { External, type Party } from '../../constructs/core/party';
import { ENVIRONMENT_NAMES, parsedManifests, synthesisOf } from '../environments';
import { inBlock, isAllowed, type Host, type NetworkPolicy } from './network-evaluator';

interface Pod {
  readonly id: string;
  readonly host: Host & { kind: 'pod' };
  /** Whether it stands in the network of its node: policies know it by its node's address, and do not bind it. */
  readonly onNode: boolean;
}

interface Port {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: { readonly hostNetwork?: boolean };
}

const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];

function podsOf(objects: readonly Record<string, unknown>[]): Pod[] {
  return objects
    .filter((object) => WORKLOAD_KINDS.includes(object.kind as string))
    .map((object) => {
      const metadata = object.metadata as { name: string; namespace: string };
      const spec = object.spec as {
        template?: PodTemplate;
        jobTemplate?: { spec: { template: PodTemplate } };
      };
      const template = spec.template ?? spec.jobTemplate?.spec.template;
      if (template === undefined) throw new Error(`${metadata.name} has no pod template`);
      const { labels } = template.metadata;
      const id = labels['app.kubernetes.io/component'] ?? metadata.name;
      return {
        id,
        host: { kind: 'pod', namespace: metadata.namespace, labels },
        onNode: template.spec.hostNetwork === true,
      };
    });
}

/** An address inside the first block of somebody outside. */
function contains(
  reach: { readonly cidrs: readonly string[]; readonly except?: readonly string[] },
  address: string,
): boolean {
  const lies = (cidr: string): boolean => inBlock(cidr, address);
  return reach.cidrs.some(lies) && !(reach.except ?? []).some(lies);
}

interface Outsider {
  readonly id: string;
  /** A pod or an address that is meant. */
  readonly host: Host;
  readonly is: (host: Host) => boolean;
}

/** Whoever is no pod with a network of its own: those outside, and node agents in the network of their node. */
function outsiderOf(party: Party): Outsider | undefined {
  const { id } = party;
  const reach = reachOf(party);
  if (reach.kind === 'addresses') {
    return {
      id,
      host: { kind: 'address', address: sampleAddress(reach.cidrs[0] ?? '') },
      is: (host) => host.kind === 'address' && contains(reach, host.address),
    };
  }
  if (!(party instanceof External)) return undefined;
  const { namespace, labels } = reach;
  const pod: Host = { kind: 'pod', namespace, labels };
  return { id, host: pod, is: (host) => host === pod };
}

function sampleAddress(cidr: string): string {
  const [base = ''] = cidr.split('/');
  return base === '0.0.0.0' ? '203.0.113.7' : base;
}

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  const objects = parsedManifests(name);
  const policies = objects.filter((object) => object.kind === 'NetworkPolicy') as unknown as NetworkPolicy[];
  const allPods = podsOf(objects);
  const pods = allPods.filter(({ onNode }) => !onNode);
  const { graph } = synthesisOf(name).platform;
  const ports: Port[] = [
    ...new Map(
      graph.endpoints.map((e) => [`${e.port}/${e.transport}`, { port: e.port, protocol: e.transport }]),
    ).values(),
    // A port that nobody opens, and another transport on one that somebody does.
    { port: 1, protocol: 'TCP' },
    { port: 4317, protocol: 'UDP' },
  ];
  const outsiders = graph.parties.flatMap((party) => outsiderOf(party) ?? []);

  function expected(): Set<string> {
    return new Set(
      graph.connections.map((c) => `${c.from.id} → ${c.to.owner.id}:${c.to.port}/${c.to.transport}`),
    );
  }

  test('there is something to judge', () => {
    expect(allPods.length).toBeGreaterThan(2);
    expect(policies.length).toBeGreaterThan(allPods.length);
    const ours = graph.parties.filter((party) => !(party instanceof External));
    expect(allPods.map((pod) => pod.id).sort()).toEqual(ours.map((party) => party.id).sort());
    expect(allPods.filter(({ onNode }) => onNode).map(({ id }) => id)).toEqual(
      ours.filter(({ nodeAddresses }) => nodeAddresses !== undefined).map(({ id }) => id),
    );
  });

  test('between workloads, exactly the connections of the graph are possible', () => {
    const wanted = expected();
    const reachable: string[] = [];
    for (const from of pods) {
      for (const to of pods) {
        for (const { port, protocol } of ports) {
          if (!isAllowed(policies, { from: from.host, to: to.host, port, protocol })) continue;
          reachable.push(`${from.id} → ${to.id}:${port}/${protocol}`);
        }
      }
    }
    const ids = new Set(pods.map((pod) => pod.id));
    const inside = [...wanted].filter((edge) => {
      const [from, rest] = edge.split(' → ');
      return ids.has(from ?? '') && ids.has(rest?.split(':')[0] ?? '');
    });
    expect(reachable.sort()).toEqual(inside.sort());
  });

  test('between workloads and outsiders, exactly the connections of the graph are possible', () => {
    const wanted = expected();
    const wrong: string[] = [];
    for (const pod of pods) {
      for (const outsider of outsiders) {
        for (const { port, protocol } of ports) {
          const suffix = `:${port}/${protocol}`;
          const out = isAllowed(policies, { from: pod.host, to: outsider.host, port, protocol });
          const into = isAllowed(policies, { from: outsider.host, to: pod.host, port, protocol });
          // Blocks may overlap (private endpoints share one, the internet holds many): what one may, an address there may.
          const sameNetwork = outsiders.filter(({ is }) => is(outsider.host)).map(({ id }) => id);
          if (out !== sameNetwork.some((id) => wanted.has(`${pod.id} → ${id}${suffix}`)))
            wrong.push(`${pod.id} → ${outsider.id}${suffix} is ${out}`);
          if (into !== sameNetwork.some((id) => wanted.has(`${id} → ${pod.id}${suffix}`)))
            wrong.push(`${outsider.id} → ${pod.id}${suffix} is ${into}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a stranger reaches nothing', () => {
    const stranger: Host = { kind: 'pod', namespace: 'stranger', labels: { app: 'stranger' } };
    const reached = pods.flatMap((pod) =>
      ports
        .filter(({ port, protocol }) => isAllowed(policies, { from: stranger, to: pod.host, port, protocol }))
        .map(({ port }) => `${pod.id}:${port}`),
    );
    expect(reached).toEqual([]);
  });

  test('a pod that only looks like one of ours, in another namespace, reaches nothing', () => {
    const reached = pods.flatMap((original) => {
      const impostor: Host = { ...original.host, namespace: 'stranger' };
      return pods.flatMap((pod) =>
        ports
          .filter(({ port, protocol }) =>
            isAllowed(policies, { from: impostor, to: pod.host, port, protocol }),
          )
          .map(({ port }) => `${original.id} → ${pod.id}:${port}`),
      );
    });
    expect(reached).toEqual([]);
  });

  test('a new pod without a policy of its own reaches nothing and is reached by nobody', () => {
    const namespaces = objects
      .filter((object) => object.kind === 'Namespace')
      .map((object) => (object.metadata as { name: string }).name);
    expect(namespaces.length).toBeGreaterThan(0);
    for (const namespace of namespaces) {
      const newcomer: Host = { kind: 'pod', namespace, labels: { app: 'newcomer' } };
      for (const pod of pods) {
        expect(isAllowed(policies, { from: newcomer, to: pod.host, port: 443, protocol: 'TCP' })).toBe(false);
        expect(isAllowed(policies, { from: pod.host, to: newcomer, port: 443, protocol: 'TCP' })).toBe(false);
      }
    }
  });
});
