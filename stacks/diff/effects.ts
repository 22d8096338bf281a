/**
 * What a change does to a running environment: a table of rules over path, before and after. The first rule that fits
 * a change decides; a change that no rule knows does nothing by itself.
 */
import type { Manifest } from '../../policies/manifest';
import { listAt } from '../manifest-data';
import type { FieldChange } from './field-changes';
import { isNarrower, isShorter, isSmaller } from './amounts';

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
  /** @default always */
  readonly when?: (before: unknown, after: unknown) => boolean;
}

const isNew = (before: unknown): boolean => before === undefined;
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
    path: /(?:^|[.\]])(?:partitions|partitionCount|num\.partitions|\["num\.partitions"\])$/,
    when: isSmaller,
    effect: 'data at risk',
    why: 'Kafka cannot take partitions away: the topic must be deleted and made anew',
  },
  {
    path: /schema_config\.configs\[[^\]]*\](?:$|[.[])/,
    when: (before) => !isNew(before),
    effect: 'data at risk',
    why: 'Loki reads old chunks by the schema period in which they were written: a past period never changes',
  },
  {
    path: /(?:\.retention_period|\.retention_stream.*\.period|\.block_retention)$/,
    when: isShorter,
    effect: 'data at risk',
    why: 'data older than the new retention is deleted',
  },
  {
    path: /args\[--?(?:retentionPeriod|storage\.tsdb\.retention\.(?:time|size))\]$/,
    when: isShorter,
    effect: 'data at risk',
    why: 'data older than the new retention is deleted',
  },
  {
    path: /\["(?:log\.)?retention\.(?:ms|minutes|hours|bytes)"\]$/,
    when: isShorter,
    effect: 'data at risk',
    why: 'Kafka deletes what is older or more than the new retention, read or not',
  },
  {
    path: /\.TTL$/,
    when: isShorter,
    effect: 'data at risk',
    why: 'ClickHouse deletes rows older than the new time to live',
  },

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

export function effectOfField(kind: string, change: FieldChange): Judgement {
  const rule = FIELD_RULES.find(
    ({ kinds, path, when }) =>
      (kinds === undefined || kinds.includes(kind)) &&
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
    when: (object) => listAt(object, 'spec', 'volumeClaimTemplates').length > 0,
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
