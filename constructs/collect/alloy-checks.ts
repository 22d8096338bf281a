/**
 * What an operator may decide about Alloy's labels and rates: each mistake with the rule that it breaks. A label with
 * many values makes a stream of each, which is what a log store dies of.
 */
import type { Problem } from '../core/config-error';
import type { Load } from '../core/delivery';
import { ALLOY_POD_LABELS, type LinesPerSecond } from './alloy-config';

type Mistake = Omit<Problem, 'path'>;

/** Loki's default for `max_label_names_per_series`. `cluster` is one of them. */
const MOST_LABELS = 15;
const CLUSTER_LABEL = 'cluster';

/** Prometheus' rule, which is Loki's; two underscores are for internal labels. */
const LABEL_NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

/** Names whose values are as many as there are requests, people, pods ever made or moments. */
const UNBOUNDED = /(^|_)(id|uid|uuid|guid|ip|addr|address|hash|token|email)$|(Id|ID|Uid|UID|Uuid|UUID|IP)$/;
const UNBOUNDED_NAMES: ReadonlySet<string> = new Set([
  'traceid',
  'spanid',
  'requestid',
  'userid',
  'sessionid',
  'instance',
  'time',
  'timestamp',
  'ts',
  'duration',
  'latency',
  'msg',
  'message',
  'path',
  'url',
  'user',
  'username',
]);

export interface AlloyLabels {
  readonly cluster: string;
  readonly fields: readonly string[];
  readonly labels: readonly string[];
}

export function labelMistakes({ cluster, fields, labels }: AlloyLabels): readonly Mistake[] {
  const discovered = Object.keys(ALLOY_POD_LABELS);
  const bad = [
    ...invalidNames('fields', fields),
    ...invalidNames('labels', labels),
    ...fields
      .filter((field) => [...discovered, CLUSTER_LABEL].includes(field))
      .map((field) => ({
        property: 'fields',
        value: field,
        rule: 'it says where a line comes from, which a pod may not write into its own lines',
        remedy: 'leave it out: discovery knows it',
      })),
    ...labels
      .filter((label) => UNBOUNDED.test(label) || UNBOUNDED_NAMES.has(label.toLowerCase()))
      .map((label) => ({
        property: 'labels',
        value: label,
        rule: 'its values have no bound, and each makes a stream of its own',
        remedy: 'leave it out: as structured metadata it can be queried all the same',
      })),
    ...labels
      .filter((label) => ![...discovered, ...fields].includes(label))
      .map((label) => ({
        property: 'labels',
        value: label,
        rule: `no line has it: there are ${[...discovered, ...fields].join(', ')}`,
        remedy: 'read it as a field, or leave it out',
      })),
  ];
  return [...bad, ...budgetMistakes(labels), ...clusterMistakes(cluster)];
}

function invalidNames(property: string, names: readonly string[]): readonly Mistake[] {
  return [
    ...names
      .filter((name) => !LABEL_NAME.test(name))
      .map((name) => ({
        property,
        value: name,
        rule: 'no name of a label: letters, digits and _, not beginning with a digit or with __',
        remedy: 'choose another name',
      })),
    ...names
      .filter((name, i) => names.indexOf(name) < i)
      .map((name) => ({ property, value: name, rule: 'stands there twice', remedy: 'leave out one' })),
  ];
}

function budgetMistakes(labels: readonly string[]): readonly Mistake[] {
  if (labels.length === 0) {
    return [
      {
        property: 'labels',
        value: labels,
        rule: 'without labels all lines of the cluster are one stream',
        remedy: 'allow namespace and app at least',
      },
    ];
  }
  if (labels.length + 1 <= MOST_LABELS) return [];
  return [
    {
      property: 'labels',
      value: labels.length,
      rule: `with ${CLUSTER_LABEL} they are ${labels.length + 1}, and Loki refuses a line with more than ${MOST_LABELS}`,
      remedy: 'leave some to structured metadata',
    },
  ];
}

function clusterMistakes(cluster: string): readonly Mistake[] {
  if (cluster !== '') return [];
  return [
    {
      property: 'cluster',
      value: cluster,
      rule: 'a label without a value is none',
      remedy: 'give the cluster a name',
    },
  ];
}

export interface AlloyRates {
  readonly nodes: number;
  readonly rateLimit: LinesPerSecond;
  readonly namespaceLimit?: LinesPerSecond;
  readonly load: Load;
}

export function rateMistakes({ nodes, rateLimit, namespaceLimit, load }: AlloyRates): readonly Mistake[] {
  if (!Number.isInteger(nodes) || nodes < 1) {
    return [
      {
        property: 'nodes',
        value: nodes,
        rule: 'an agent runs on each node, and a cluster has one at least',
        remedy: 'give the number of nodes',
      },
    ];
  }
  const passes = rateLimit.linesPerSecond * nodes;
  const mistakes = [
    ...invalidRate('rateLimit', rateLimit),
    ...(namespaceLimit === undefined ? [] : invalidRate('namespaceLimit', namespaceLimit)),
  ];
  if (passes < load.eventsPerSecond) {
    mistakes.push({
      property: 'rateLimit.linesPerSecond',
      value: rateLimit.linesPerSecond,
      rule: `${nodes} agents let ${passes} lines/s through, and ${load.eventsPerSecond} lines/s are declared: the rest would wait for ever`,
      remedy: `allow ${Math.ceil(load.eventsPerSecond / nodes)} lines/s or more`,
    });
  }
  if (namespaceLimit !== undefined && namespaceLimit.linesPerSecond >= rateLimit.linesPerSecond) {
    mistakes.push({
      property: 'namespaceLimit.linesPerSecond',
      value: namespaceLimit.linesPerSecond,
      rule: `no namespace reaches it: the agent lets ${rateLimit.linesPerSecond} lines/s through in all`,
      remedy: 'make it smaller, or leave it out',
    });
  }
  return mistakes;
}

function invalidRate(property: string, { linesPerSecond, burstLines }: LinesPerSecond): Mistake[] {
  const whole = Number.isInteger(burstLines) && burstLines >= 1;
  return [
    ...(linesPerSecond > 0
      ? []
      : [
          {
            property: `${property}.linesPerSecond`,
            value: linesPerSecond,
            rule: 'Alloy refuses a rate that lets nothing through',
            remedy: 'allow some',
          },
        ]),
    ...(whole
      ? []
      : [
          {
            property: `${property}.burstLines`,
            value: burstLines,
            rule: 'a whole number of lines, one at least',
            remedy: 'allow the lines of a second, or more',
          },
        ]),
  ];
}
