/**
 * Services → addresses, ports and whom they select.
 */
import type { Manifest } from '../../../policies/manifest';
import {
  containersOf,
  fieldsAt,
  listAt,
  numberAt,
  podTemplateOf,
  selects,
  textAt,
} from '../../manifest-data';
import { clusterAddress, loopbackAddress } from './addresses';
import type { ServicePlan, ServicePortPlan } from '../cluster-plan';
import { Obstacle } from './plan-obstacle';

/**
 * @param number its place among all Services, sorted by name
 * @param workloads of the environment, also those that are not started: addresses and ports are the same without them
 * @throws Obstacle for what leads out of the cluster, or nowhere
 */
export function servicePlan(
  environment: string,
  service: Manifest,
  number: number,
  workloads: readonly Manifest[],
): ServicePlan {
  const type = textAt(service, 'spec', 'type') ?? 'ClusterIP';
  if (type === 'ExternalName') {
    const name = textAt(service, 'spec', 'externalName') ?? '?';
    throw new Obstacle(`an ExternalName leads out of the cluster, to ${name}, and nothing is there`);
  }
  const selector = texts(fieldsAt(service, 'spec', 'selector'));
  if (Object.keys(selector).length === 0) {
    throw new Obstacle('a Service without a selector gets its addresses from somebody else, who is not here');
  }
  const headless = textAt(service, 'spec', 'clusterIP') === 'None';
  return {
    namespace: service.metadata.namespace ?? 'default',
    name: service.metadata.name,
    clusterAddress: headless ? undefined : clusterAddress(number),
    loopbackAddress: loopbackAddress(environment, number),
    selector,
    publishNotReady: fieldsAt(service, 'spec').publishNotReadyAddresses === true,
    ports: listAt(service, 'spec', 'ports').map((port) => portPlan(port, service, selector, workloads)),
  };
}

function portPlan(
  port: unknown,
  service: Manifest,
  selector: Readonly<Record<string, string>>,
  workloads: readonly Manifest[],
): ServicePortPlan {
  const protocol = textAt(port, 'protocol') ?? 'TCP';
  if (protocol !== 'TCP' && protocol !== 'UDP') throw new Obstacle(`protocol ${protocol} is not spoken here`);
  const number = numberAt(port, 'port') ?? 0;
  const named = textAt(port, 'targetPort');
  const targets =
    named === undefined
      ? [numberAt(port, 'targetPort') ?? number]
      : portsNamed(
          named,
          protocol,
          workloads.filter((workload) => isSelected(workload, service, selector)),
        );
  const [targetPort] = targets;
  if (targetPort === undefined)
    throw new Obstacle(`no container that it selects names a port ${named ?? '?'}`);
  if (targets.some((target) => target !== targetPort)) {
    throw new Obstacle(`the port ${named ?? '?'} has several numbers: ${targets.join(', ')}`);
  }
  return { name: textAt(port, 'name'), port: number, targetPort, protocol };
}

function portsNamed(name: string, protocol: string, workloads: readonly Manifest[]): number[] {
  return workloads
    .flatMap((workload) => containersOf(podTemplateOf(workload)?.spec ?? {}))
    .flatMap(({ container }) => listAt(container, 'ports'))
    .filter((port) => textAt(port, 'name') === name && (textAt(port, 'protocol') ?? 'TCP') === protocol)
    .flatMap((port) => numberAt(port, 'containerPort') ?? []);
}

function isSelected(
  workload: Manifest,
  service: Manifest,
  selector: Readonly<Record<string, string>>,
): boolean {
  const { [POD_NAME_LABEL]: podName, ...ofTemplate } = selector;
  const own = podName === undefined || podName.startsWith(`${workload.metadata.name}-`);
  return (
    own &&
    workload.metadata.namespace === service.metadata.namespace &&
    selects({ matchLabels: ofTemplate }, podTemplateOf(workload)?.labels ?? {})
  );
}

/** Set by Kubernetes on each pod of a StatefulSet, and so in no template. */
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';

/**
 * The variables that pods with `enableServiceLinks` get for each Service of their namespace, by the kubelet's rules.
 */
export function serviceLinks(services: readonly ServicePlan[], namespace: string): Record<string, string> {
  const links: Record<string, string> = {};
  for (const service of services) {
    const [first] = service.ports;
    const { clusterAddress: address } = service;
    if (service.namespace !== namespace || address === undefined || first === undefined) continue;
    const prefix = service.name.toUpperCase().replaceAll('-', '_');
    links[`${prefix}_SERVICE_HOST`] = address;
    links[`${prefix}_SERVICE_PORT`] = String(first.port);
    links[`${prefix}_PORT`] = urlOf(address, first);
    for (const port of service.ports) {
      if (port.name !== undefined) {
        links[`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
      }
      const link = `${prefix}_PORT_${port.port}_${port.protocol}`;
      links[link] = urlOf(address, port);
      links[`${link}_PROTO`] = port.protocol.toLowerCase();
      links[`${link}_PORT`] = String(port.port);
      links[`${link}_ADDR`] = address;
    }
  }
  return links;
}

function urlOf(address: string, { protocol, port }: ServicePortPlan): string {
  return `${protocol.toLowerCase()}://${address}:${port}`;
}

function texts(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
}
