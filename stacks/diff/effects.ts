/**
 * What a change does to a running environment: a table of rules over path, before and after. The first rule that fits
 * a change decides; a change that no rule knows does nothing by itself.
 */
import type { Manifest } from '../../policies/manifest';
import { listAt } from '../manifest-data';
import type { FieldChange } from './field-changes';
import { isNarrower, isSmaller } from './amounts';
import { RETENTION_RULES } from './retention-rules';

/** From harmless to grave. */
export const EFFECTS = ['none', 'restart', 'disruption', 'data at risk'] as const;
export type Effect = (typeof EFFECTS)[number];

export interface Judgement {
  readonly effect: Effect;
  /** What happens, as a sentence without a full stop; empty where nothing does. */
  readonly why: string;
}

export interface EffectRule extends Judgement {
  /** @default every kind */
  readonly kinds?: readonly string[];
  readonly path: RegExp;
  /** Of which objects, as they are afterwards. @default all of these kinds */
  readonly of?: (object: Manifest) => boolean;
  /** @default always */
  readonly when?: (before: unknown, after: unknown) => boolean;
}

const isNew = (before: unknown): boolean => before === undefined;
const isGone = (_before: unknown, after: unknown): boolean => after === undefined;
const hasClaims = (object: Manifest): boolean => listAt(object, 'spec', 'volumeClaimTemplates').length > 0;
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

export const FIELD_RULES: readonly EffectRule[] = [
  // Data
  {
    kinds: ['StatefulSet', 'PersistentVolumeClaim', 'KafkaNodePool'],
    path: /(?:requests\.storage|storage\.size|\.size)$/,
    when: isSmaller,
    effect: 'data at risk',
    why: 'a volume cannot shrink: it must be made anew, and its data moved',
  },
  {
    kinds: ['StatefulSet'],
    path: /^spec\.(?:volumeClaimTemplates|serviceName|selector|podManagementPolicy)/,
    effect: 'data at risk',
    why: 'this field of a StatefulSet cannot be changed: it must be deleted and made anew around its volumes',
  },
  {
    kinds: ['StatefulSet'],
    path: /^spec\.replicas$/,
    of: hasClaims,
    when: isSmaller,
    effect: 'data at risk',
    why: 'nobody reads any more what lies on the volumes of the replicas that are stopped',
  },
  {
    path: /(?:^|[.\]])(?:partitions|partitionCount|num\.partitions|\["num\.partitions"\])$/,
    when: isSmaller,
    effect: 'data at risk',
    why: 'Kafka cannot take partitions away: the topic must be deleted and made anew',
  },
  {
    path: /\["topics\.txt"\](?:\.[\w-]+|\["[^"]+"\])$/,
    when: isGone,
    effect: 'data at risk',
    why: 'the topic stays in Kafka, unread: whoever deletes it deletes what it holds',
  },
  {
    path: /schema_config\.configs\[[^\]]*\](?:$|[.[])/,
    when: (before) => !isNew(before),
    effect: 'data at risk',
    why: 'Loki reads old chunks by the schema period in which they were written: a past period never changes',
  },
  ...RETENTION_RULES,

  // Service
  {
    kinds: ['Deployment', 'StatefulSet', 'KafkaNodePool'],
    path: /^spec\.replicas$/,
    when: isSmaller,
    effect: 'disruption',
    why: 'replicas are stopped, and those that stay carry their load',
  },
  {
    kinds: ['HorizontalPodAutoscaler'],
    path: /^spec\.(?:min|max)Replicas$/,
    when: isSmaller,
    effect: 'disruption',
    why: 'replicas are stopped, and those that stay carry their load',
  },
  {
    kinds: ['PodDisruptionBudget'],
    path: /^spec/,
    effect: 'disruption',
    why: 'how many replicas a node drain may stop at once changes',
  },
  {
    kinds: ['Service'],
    path: /^spec\.(?:ports|selector|type|clusterIP)/,
    when: (before) => !isNew(before),
    effect: 'disruption',
    why: 'clients that know the old port or the old pods cannot connect',
  },
  {
    kinds: ['NetworkPolicy'],
    path: /^spec/,
    when: (before) => !isNew(before),
    effect: 'disruption',
    why: 'a connection that was allowed may be refused',
  },
  {
    kinds: ['Ingress'],
    path: /^spec/,
    when: (before) => !isNew(before),
    effect: 'disruption',
    why: 'requests that found their way may be refused or led elsewhere',
  },
  {
    kinds: ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
    path: /^(?:rules|subjects|roleRef)/,
    when: isNarrower,
    effect: 'disruption',
    why: 'a permission is taken away',
  },
  {
    kinds: ['Deployment', 'DaemonSet'],
    path: /^spec\.selector/,
    effect: 'disruption',
    why: 'a selector cannot be changed: the workload must be deleted and made anew',
  },

  // Access that is new: nobody is disturbed, and somebody can do more
  {
    kinds: ['NetworkPolicy'],
    path: /^spec\.(?:ingress|egress)/,
    when: isNew,
    effect: 'none',
    why: 'a connection that was refused is allowed',
  },
  {
    kinds: ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
    path: /^(?:rules|subjects)/,
    when: isNew,
    effect: 'none',
    why: 'a permission is given',
  },
  {
    path: /\["acls\.txt"\]\[/,
    when: isGone,
    effect: 'disruption',
    why: 'a client of Kafka that used this permission is refused',
  },
  {
    path: /\["acls\.txt"\]\[/,
    when: isNew,
    effect: 'none',
    why: 'a client of Kafka is given a permission',
  },
  {
    path: /\["topics\.txt"\](?:\.[\w-]+|\["[^"]+"\])$/,
    when: isNew,
    effect: 'none',
    why: "a topic is made; what it keeps takes its part of the brokers' volumes",
  },
  {
    path: /(?:^spec|\["topics\.txt"\](?:\.[\w-]+|\["[^"]+"\]))\.partitions$/,
    effect: 'none',
    why: 'from then on the same key may lead to another partition: the order of records with one key is lost once',
  },
  {
    kinds: ['ExternalSecret'],
    path: /^spec\.data/,
    when: isNew,
    effect: 'none',
    why: 'the secret must be in the store before: until then pods that read it do not start',
  },

  // Pods
  {
    kinds: WORKLOADS,
    path: /^spec\.template/,
    effect: 'restart',
    why: 'the pods are replaced one after the other',
  },
  {
    kinds: ['Kafka', 'KafkaNodePool'],
    path: /^spec/,
    effect: 'restart',
    why: 'the operator rolls the brokers',
  },
];

const NOTHING: Judgement = { effect: 'none', why: '' };

export function effectOfField(object: Manifest, change: FieldChange): Judgement {
  const rule = FIELD_RULES.find(
    ({ kinds, path, of, when }) =>
      (kinds === undefined || kinds.includes(object.kind)) &&
      (of === undefined || of(object)) &&
      path.test(change.path) &&
      (when === undefined || when(change.before, change.after)),
  );
  return rule === undefined ? NOTHING : { effect: rule.effect, why: rule.why };
}

interface RemovalRule extends Judgement {
  /** @default every kind */
  readonly kinds?: readonly string[];
  /** @default always */
  readonly when?: (object: Manifest) => boolean;
}

export const REMOVAL_RULES: readonly RemovalRule[] = [
  {
    kinds: [
      'PersistentVolumeClaim',
      'KafkaTopic',
      'Namespace',
      'CustomResourceDefinition',
      'Kafka',
      'KafkaNodePool',
    ],
    effect: 'data at risk',
    why: 'what it holds is deleted with it',
  },
  {
    kinds: ['StatefulSet'],
    when: hasClaims,
    effect: 'data at risk',
    why: 'nobody uses its volumes any more, and nobody guards them',
  },
  { kinds: ['Job'], effect: 'none', why: 'it has run' },
  { effect: 'disruption', why: 'what used it does not find it any more' },
];

export function effectOfRemoval(object: Manifest): Judgement {
  const rule = REMOVAL_RULES.find(
    ({ kinds, when }) =>
      (kinds === undefined || kinds.includes(object.kind)) && (when === undefined || when(object)),
  );
  return rule === undefined ? NOTHING : { effect: rule.effect, why: rule.why };
}

export function worst(effects: readonly Effect[]): Effect {
  const ranks = effects.map((effect) => EFFECTS.indexOf(effect));
  return EFFECTS[Math.max(0, ...ranks)] ?? 'none';
}
