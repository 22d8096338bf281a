/**
 * Where telemetry from outside enters what actually runs. On the real cluster that is the ingress; when it is left out,
 * what it would have passed the telemetry on to takes its place.
 */
import { carriesTelemetry } from '../../constructs/core/flow-graph';
import { External, type Party } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import { Workload } from '../../constructs/core/workload';
import type { ClusterPlan } from './cluster-plan';

export interface EntryPoint {
  /** E.g. `otlp-grpc`. */
  readonly protocol: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

export function entryPoints({ graph }: Platform, plan: ClusterPlan): EntryPoint[] {
  const found = new Map<string, EntryPoint>();
  const seen = new Set<Party>();
  const follow = (party: Party): void => {
    if (seen.has(party)) return;
    seen.add(party);
    for (const connection of graph.outOf(party).filter(carriesTelemetry)) {
      const { to } = connection;
      if (!(to.owner instanceof Workload)) continue;
      const service = serviceOf(plan, to.host);
      if (service === undefined || !runs(plan, to.owner)) follow(to.owner);
      else found.set(to.id, { protocol: to.protocol, ...service, port: to.port });
    }
  };
  for (const party of graph.parties) if (party instanceof External) follow(party);
  return [...found.values()].sort((a, b) => a.port - b.port || (a.service < b.service ? -1 : 1));
}

function runs({ pods }: ClusterPlan, { id }: Workload): boolean {
  return pods.some(({ workload }) => workload === id);
}

/** `otel-ingress.hyperion-pipeline.svc.cluster.local` → the Service of that name. */
function serviceOf(
  { services }: ClusterPlan,
  host: string,
): { namespace: string; service: string } | undefined {
  const [name, namespace] = host.split('.');
  const service = services.find((each) => each.name === name && each.namespace === namespace);
  return service === undefined ? undefined : { namespace: service.namespace, service: service.name };
}
