/**
 * Who a pod is, and what its own manifest can be asked for: the downward API.
 */
import { createHash } from 'node:crypto';
import { fieldsAt, listAt, textAt, type Fields } from '../../manifest-data';
import { NODE_ADDRESS } from './addresses';
import { Obstacle } from './plan-obstacle';
import { parseQuantity } from './resources';

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
}

/** There is one node. */
const NODE_NAME = 'local';

/**
 * Value of a `fieldRef`, as a variable or a file has it.
 * @throws Obstacle for a field that nobody can be asked for
 */
export function fieldValue(pod: PodIdentity, fieldPath: string): string {
  const known = SIMPLE[fieldPath];
  if (known !== undefined) return known(pod);
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(fieldPath) ?? [];
  if (map === 'labels' && key !== undefined) return pod.labels[key] ?? '';
  if (map === 'annotations' && key !== undefined) return pod.annotations[key] ?? '';
  throw new Obstacle(`the field ${fieldPath} is not known here`);
}

const SIMPLE: Readonly<Record<string, (pod: PodIdentity) => string>> = {
  'metadata.name': ({ name }) => name,
  'metadata.namespace': ({ namespace }) => namespace,
  'metadata.uid': uid,
  'metadata.labels': ({ labels }) => lines(labels),
  'metadata.annotations': ({ annotations }) => lines(annotations),
  'spec.nodeName': () => NODE_NAME,
  'spec.serviceAccountName': ({ serviceAccount }) => serviceAccount,
  'status.hostIP': () => NODE_ADDRESS,
  'status.hostIPs': () => NODE_ADDRESS,
  'status.podIP': ({ address }) => address,
  'status.podIPs': ({ address }) => address,
};

/** `key="value"`, a line each, sorted. */
function lines(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** Random in a cluster; here the same at every start. */
function uid({ namespace, name }: PodIdentity): string {
  const hex = createHash('sha256').update(`${namespace}/${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/**
 * Value of a `resourceFieldRef`, in units of its divisor, rounded up.
 * @param own the container that asks; another of the pod is named by `containerName`
 * @throws Obstacle
 */
export function resourceValue(ref: unknown, own: Fields | undefined, podSpec: Fields): string {
  const resource = textAt(ref, 'resource') ?? '';
  const named = textAt(ref, 'containerName');
  const container =
    named === undefined
      ? own
      : listAt(podSpec, 'containers')
          .map((each) => fieldsAt(each))
          .find(({ name }) => name === named);
  if (container === undefined) {
    throw new Obstacle(
      `the resource ${resource} is asked of container ${named ?? '?'}, which the pod does not have`,
    );
  }
  const [, list, kind] = /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
  if (list === undefined || kind === undefined)
    throw new Obstacle(`the resource ${resource} is not known here`);
  const resources = fieldsAt(container, 'resources');
  // A request that is not given is the limit.
  const value =
    parseQuantity(fieldsAt(resources, list)[kind]) ?? parseQuantity(fieldsAt(resources, 'limits')[kind]);
  if (value === undefined) {
    throw new Obstacle(
      `${resource} of container ${textAt(container, 'name') ?? '?'} is not declared, and would be the size of a node`,
    );
  }
  // Kubernetes' own default is "0", which it reads as one whole unit.
  const divisor = parseQuantity(fieldsAt(ref).divisor) ?? 1;
  // Both in thousandths: 0.3 / 0.1 is not quite 3.
  const thousandths = Math.round((divisor === 0 ? 1 : divisor) * 1000);
  return String(Math.ceil(Math.round(value * 1000) / thousandths));
}
