/**
 * What the cluster's DNS answers to a question, after the Kubernetes DNS specification: names of Services, of pods behind
 * headless ones, and SRV records of named ports. Pure; the names are looked up in what is ready now.
 */
import type { StringAnswer, SrvAnswer } from 'dns-packet';
import type { ClusterPlan, PodPlan, ServicePlan } from '../cluster-plan';
import { endpointsOf } from './service-pods';

/** CoreDNS's default for cluster names; the collector's DNS resolver asks as often by default. */
const TTL_S = 5;
export const CLUSTER_DOMAIN = 'cluster.local';

export interface DnsView {
  readonly plan: ClusterPlan;
  readonly readyPods: ReadonlySet<string>;
}

export interface DnsReply {
  /** NXDOMAIN is for a name that does not exist; one that exists without such a record has no answers. */
  readonly code: 'NOERROR' | 'NXDOMAIN';
  readonly answers: readonly (StringAnswer | SrvAnswer)[];
}

const NO_SUCH_NAME: DnsReply = { code: 'NXDOMAIN', answers: [] };

export function dnsReply(
  question: { readonly name: string; readonly type: string },
  view: DnsView,
): DnsReply {
  const name = question.name.toLowerCase().replace(/\.$/, '');
  const outside = view.plan.outsideNames.get(name);
  if (outside !== undefined) return addresses(question, name, [outside]);
  const suffix = `.svc.${CLUSTER_DOMAIN}`;
  if (!name.endsWith(suffix)) return NO_SUCH_NAME;
  const labels = name.slice(0, -suffix.length).split('.');
  const [serviceName, namespace] = labels.slice(-2);
  const service = view.plan.services.find(
    (candidate) => candidate.name === serviceName && candidate.namespace === namespace,
  );
  if (service === undefined) return NO_SUCH_NAME;
  const front = labels.slice(0, -2);
  const [first, second] = front;
  if (first === undefined) return addresses(question, name, serviceAddresses(service, view));
  if (second === undefined) return podReply(question, name, first, service, view);
  if (front.length === 2) return srvReply(question, name, { port: first, protocol: second }, service, view);
  return NO_SUCH_NAME;
}

function serviceAddresses(service: ServicePlan, view: DnsView): readonly string[] | undefined {
  if (service.clusterAddress !== undefined) return [service.clusterAddress];
  const found = endpointsOf(view.plan, service, view.readyPods).map((pod) => pod.address);
  // As CoreDNS: a headless Service without an endpoint has no name.
  return found.length === 0 ? undefined : found;
}

function podReply(
  question: { readonly type: string },
  name: string,
  pod: string,
  service: ServicePlan,
  view: DnsView,
): DnsReply {
  if (service.clusterAddress !== undefined) return NO_SUCH_NAME;
  const found = endpointsOf(view.plan, service, view.readyPods).find((endpoint) => endpoint.name === pod);
  return addresses(question, name, found?.subdomain === service.name ? [found.address] : undefined);
}

/** `_http._tcp.loki.hyperion.svc.cluster.local` */
function srvReply(
  question: { readonly type: string },
  name: string,
  asked: { readonly port: string; readonly protocol: string },
  service: ServicePlan,
  view: DnsView,
): DnsReply {
  const port = service.ports.find(
    (candidate) =>
      `_${candidate.name ?? ''}` === asked.port && `_${candidate.protocol.toLowerCase()}` === asked.protocol,
  );
  if (port === undefined) return NO_SUCH_NAME;
  if (question.type !== 'SRV') return { code: 'NOERROR', answers: [] };
  const serviceName = `${service.name}.${service.namespace}.svc.${CLUSTER_DOMAIN}`;
  const targets =
    service.clusterAddress === undefined
      ? endpointsOf(view.plan, service, view.readyPods).map((pod) => ({
          target: `${podLabel(pod, service)}.${serviceName}`,
          port: port.targetPort,
        }))
      : [{ target: serviceName, port: port.port }];
  return {
    code: 'NOERROR',
    answers: targets.map((data) => ({
      type: 'SRV',
      name,
      ttl: TTL_S,
      data: { ...data, weight: 1, priority: 0 },
    })),
  };
}

/** A pod without a name under this Service is named by its address, as CoreDNS does. */
function podLabel(pod: PodPlan, service: ServicePlan): string {
  return pod.subdomain === service.name ? pod.name : pod.address.replaceAll('.', '-');
}

function addresses(
  question: { readonly type: string },
  name: string,
  found: readonly string[] | undefined,
): DnsReply {
  if (found === undefined) return NO_SUCH_NAME;
  const isAsked = question.type === 'A' || question.type === 'ANY';
  return {
    code: 'NOERROR',
    answers: isAsked ? found.map((data) => ({ type: 'A', name, ttl: TTL_S, data })) : [],
  };
}
