/**
 * Whether pods really lie as declared, judged from their nodes alone: spread constraints that must hold, and required
 * affinity and anti-affinity between pods. What is only preferred is not judged.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, numberAt, selects, textAt, type Fields } from '../../../stacks/manifest-data';
import { nameOf } from './availability';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

interface PlacedPod {
  readonly pod: Manifest;
  readonly labels: Fields;
  readonly node: Fields;
}

export function spreadMistakes(pods: readonly Manifest[], nodes: readonly Manifest[]): string[] {
  const nodeLabels = new Map(nodes.map(({ metadata }) => [metadata.name, fieldsAt(metadata, 'labels')]));
  const placed = pods.filter(isPlaced).map((pod) => ({
    pod,
    labels: fieldsAt(pod.metadata, 'labels'),
    node: nodeLabels.get(textAt(pod, 'spec', 'nodeName') ?? '') ?? {},
  }));
  const mistakes = placed.flatMap((subject) => [
    ...listAt(subject.pod, 'spec', 'topologySpreadConstraints').flatMap((constraint) =>
      skewMistake(subject, constraint, placed, [...nodeLabels.values()]),
    ),
    ...listAt(subject.pod, 'spec', 'affinity', 'podAntiAffinity', REQUIRED).flatMap((term) =>
      matching(subject, term, placed)
        .filter((other) => isSameDomain(subject, other, term))
        .map(
          (other) =>
            `${nameOf(subject.pod)} shares ${domainOf(subject, term)} with ${other.pod.metadata.name}`,
        ),
    ),
    ...listAt(subject.pod, 'spec', 'affinity', 'podAffinity', REQUIRED).flatMap((term) => {
      const others = matching(subject, term, placed);
      const isAlone = others.length > 0 && !others.some((other) => isSameDomain(subject, other, term));
      return isAlone ? [`${nameOf(subject.pod)} is alone in ${domainOf(subject, term)}`] : [];
    }),
  ]);
  return [...new Set(mistakes)];
}

function isPlaced(pod: Manifest): boolean {
  return (
    textAt(pod, 'spec', 'nodeName') !== undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '')
  );
}

function skewMistake(
  { pod, labels }: PlacedPod,
  constraint: unknown,
  placed: readonly PlacedPod[],
  nodes: readonly Fields[],
): string[] {
  if (textAt(constraint, 'whenUnsatisfiable') !== 'DoNotSchedule') return [];
  const key = textAt(constraint, 'topologyKey') ?? '';
  const sameRevision = listAt(constraint, 'matchLabelKeys').map(String);
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = textAt(node, key);
    if (domain !== undefined && selects({ matchLabels: fieldsAt(pod, 'spec', 'nodeSelector') }, node)) {
      counts.set(domain, 0);
    }
  }
  for (const other of placed) {
    const isCounted =
      other.pod.metadata.namespace === pod.metadata.namespace &&
      selects(fieldsAt(constraint, 'labelSelector'), other.labels) &&
      sameRevision.every((label) => other.labels[label] === labels[label]);
    const domain = textAt(other.node, key) ?? '';
    const count = counts.get(domain);
    if (isCounted && count !== undefined) counts.set(domain, count + 1);
  }
  const skew = Math.max(...counts.values()) - Math.min(...counts.values());
  const allowed = numberAt(constraint, 'maxSkew') ?? 1;
  if (skew <= allowed) return [];
  const found = [...counts].filter(([, count]) => count > 0).map(([domain, count]) => `${domain}: ${count}`);
  const workload = `${pod.metadata.namespace ?? ''}/${textAt(labels, 'app.kubernetes.io/component') ?? pod.metadata.name}`;
  return [
    `pods of ${workload} over ${key}: ${found.sort().join(', ')}, of ${counts.size}; ` +
      `they differ by ${skew}, and ${allowed} is allowed`,
  ];
}

function matching(subject: PlacedPod, term: unknown, placed: readonly PlacedPod[]): PlacedPod[] {
  return placed.filter(
    (other) =>
      other !== subject &&
      other.pod.metadata.namespace === subject.pod.metadata.namespace &&
      selects(fieldsAt(term, 'labelSelector'), other.labels),
  );
}

function isSameDomain(one: PlacedPod, other: PlacedPod, term: unknown): boolean {
  const key = textAt(term, 'topologyKey') ?? '';
  return one.node[key] !== undefined && one.node[key] === other.node[key];
}

function domainOf({ node }: PlacedPod, term: unknown): string {
  const key = textAt(term, 'topologyKey') ?? '';
  return `${key} ${textAt(node, key) ?? '?'}`;
}
