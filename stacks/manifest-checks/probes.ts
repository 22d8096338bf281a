/**
 * Probes: they ask at an open port, and run no command in an image that has no shell.
 */
import { CATALOG, imageOf, type CatalogEntry } from '../../constructs/core/catalog';
import { containersOf, fieldsAt, listAt, textAt } from '../manifest-data';
import type { Mistake } from './mistake';
import type { ObjectIndex, PodOwner } from './object-index';
import { openPorts, opens, portAt } from './services';

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;
const ASKING = ['httpGet', 'tcpSocket', 'grpc'] as const;

const DISTROLESS: ReadonlySet<string> = new Set(
  Object.values<CatalogEntry>(CATALOG)
    .filter((entry) => entry.distroless === true)
    .map(imageOf),
);

export function probeMistakes(index: ObjectIndex): Mistake[] {
  return index.podOwners.flatMap((owner) =>
    containersOf(owner.pods.spec).flatMap(({ container, path }) =>
      PROBES.flatMap((probe) =>
        mistakesOfProbe(owner, container, `${owner.pods.path}spec.${path}.${probe}`, probe),
      ),
    ),
  );
}

function mistakesOfProbe(owner: PodOwner, container: unknown, property: string, probe: string): Mistake[] {
  const { object, pods } = owner;
  const mistakes: Mistake[] = [];
  for (const kind of ASKING) {
    const port = portAt(fieldsAt(container, probe, kind), 'port');
    if (port === undefined || opens(pods.spec, port, 'TCP')) continue;
    mistakes.push({
      object,
      property: `${property}.${kind}.port`,
      value: port,
      rule: `a probe asks at a port that the pod opens; open are ${openPorts(pods.spec)}`,
      remedy: 'probe an open port, or open this one with workload.listen',
    });
  }
  const image = textAt(container, 'image') ?? '';
  const command = listAt(container, probe, 'exec', 'command');
  if (command.length > 0 && DISTROLESS.has(image)) {
    mistakes.push({
      object,
      property: `${property}.exec.command`,
      value: command,
      rule: `${image} is distroless: there is no shell and no tool to run`,
      remedy: 'probe over HTTP or TCP',
    });
  }
  return mistakes;
}
