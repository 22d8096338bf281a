/**
 * Services and Ingresses: somebody stands behind them, and listens where they point.
 */
import type { Manifest } from '../../policies/manifest';
import { containersOf, fieldsAt, listAt, numberAt, selects, textAt, type Fields } from '../manifest-data';
import type { Mistake } from './mistake';
import type { ObjectIndex, PodOwner } from './object-index';

export function serviceMistakes(index: ObjectIndex): Mistake[] {
  return [
    ...index.ofKind('Service').flatMap((service) => mistakesOfService(service, index)),
    ...index.ofKind('StatefulSet').flatMap((set) => mistakesOfServiceName(set, index)),
    ...index.ofKind('Ingress').flatMap((ingress) => mistakesOfIngress(ingress, index)),
  ];
}

function mistakesOfService(service: Manifest, index: ObjectIndex): Mistake[] {
  const selector = fieldsAt(service, 'spec', 'selector');
  // Without a selector somebody else keeps the addresses, or it is a name for something outside.
  if (Object.keys(selector).length === 0) return [];
  const selected = index
    .podOwnersIn(service.metadata.namespace)
    .filter((owner) => podLabels(owner).some((labels) => selects({ matchLabels: selector }, labels)));
  if (selected.length === 0) {
    return [
      {
        object: service,
        property: 'spec.selector',
        value: selector,
        rule: 'a Service selects the pods of some workload in its namespace, and this one selects none',
        remedy: "select the labels of the workload's pod template",
      },
    ];
  }
  return listAt(service, 'spec', 'ports').flatMap((port) =>
    selected.flatMap((owner) => mistakesOfPort(service, port, owner)),
  );
}

/** What its pods carry: Kubernetes itself labels each pod of a StatefulSet with its name. */
function podLabels({ object, pods }: PodOwner): Fields[] {
  if (object.kind !== 'StatefulSet') return [pods.labels];
  return Array.from({ length: numberAt(object, 'spec', 'replicas') ?? 1 }, (_, pod) => ({
    ...pods.labels,
    'statefulset.kubernetes.io/pod-name': `${object.metadata.name}-${pod}`,
  }));
}

function mistakesOfPort(service: Manifest, port: unknown, owner: PodOwner): Mistake[] {
  const protocol = textAt(port, 'protocol') ?? 'TCP';
  const target = portAt(port, 'targetPort') ?? numberAt(port, 'port');
  if (target === undefined || opens(owner.pods.spec, target, protocol)) return [];
  return [
    {
      object: service,
      property: `spec.ports[${textAt(port, 'name') ?? numberAt(port, 'port') ?? '?'}].targetPort`,
      value: target,
      rule: `no container of ${owner.object.kind} ${owner.object.metadata.name} opens this ${protocol} port; open are ${openPorts(owner.pods.spec)}`,
      remedy: 'point the Service at an open port, or open this one with workload.listen',
    },
  ];
}

function mistakesOfServiceName(set: Manifest, index: ObjectIndex): Mistake[] {
  const name = textAt(set, 'spec', 'serviceName');
  if (name !== undefined && index.has('Service', set.metadata.namespace, name)) return [];
  return [
    {
      object: set,
      property: 'spec.serviceName',
      value: name,
      rule: 'a StatefulSet names a Service of its namespace, which gives its pods their names',
      remedy: 'add the headless Service, or name the one that is there',
    },
  ];
}

function mistakesOfIngress(ingress: Manifest, index: ObjectIndex): Mistake[] {
  const paths = listAt(ingress, 'spec', 'rules').flatMap((rule) => listAt(rule, 'http', 'paths'));
  return paths.flatMap((path) => {
    const backend = fieldsAt(path, 'backend', 'service');
    const name = textAt(backend, 'name');
    if (name === undefined) return [];
    const wanted = textAt(backend, 'port', 'name') ?? numberAt(backend, 'port', 'number');
    const service = index
      .ofKind('Service')
      .find(({ metadata }) => metadata.name === name && metadata.namespace === ingress.metadata.namespace);
    const fits = listAt(service, 'spec', 'ports').some(
      (port) => textAt(port, 'name') === wanted || numberAt(port, 'port') === wanted,
    );
    if (fits) return [];
    return [
      {
        object: ingress,
        property: `spec.rules paths[${textAt(path, 'path') ?? '/'}].backend`,
        value: `${name}:${wanted ?? '?'}`,
        rule:
          service === undefined
            ? 'an Ingress leads to a Service of its own namespace'
            : 'an Ingress leads to a port that its Service has',
        remedy: 'take host and port from the endpoint of the component behind it',
      },
    ];
  });
}

/** A port by number or by name. */
export function portAt(value: unknown, key: string): string | number | undefined {
  return numberAt(value, key) ?? textAt(value, key);
}

export function opens(podSpec: Fields, port: string | number, protocol: string): boolean {
  return portsOf(podSpec).some(
    (open) => open.protocol === protocol && (open.number === port || open.name === port),
  );
}

export function openPorts(podSpec: Fields): string {
  const ports = portsOf(podSpec).map(
    ({ name, number, protocol }) => `${number}/${protocol}${name === undefined ? '' : ` (${name})`}`,
  );
  return ports.length === 0 ? 'none' : ports.join(', ');
}

function portsOf(podSpec: Fields): { name: string | undefined; number: number; protocol: string }[] {
  return containersOf(podSpec).flatMap(({ container }) =>
    listAt(container, 'ports').map((port) => ({
      name: textAt(port, 'name'),
      number: numberAt(port, 'containerPort') ?? 0,
      protocol: textAt(port, 'protocol') ?? 'TCP',
    })),
  );
}
