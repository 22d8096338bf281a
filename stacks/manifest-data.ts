/**
 * Reading Kubernetes objects as plain data: whatever is not there, or not of the expected shape, reads as empty.
 */
import type { Manifest } from '../policies/manifest';

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  const found = at(value, path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Fields) : {};
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' ? found : undefined;
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
    found = (found as Fields)[step];
  }
  return found;
}

/** The API group, kind, namespace and name: one object of a cluster. The version is not part of it. */
export function identityOf(object: Manifest): string {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  return [group, object.kind, object.metadata.namespace ?? '', object.metadata.name].join('|');
}

/** Name within its namespace, for tables of objects. */
export function namespacedName(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

export interface PodTemplate {
  readonly labels: Fields;
  readonly spec: Fields;
  /** What leads to the template in the object: `spec.template.`, or nothing for a Pod. */
  readonly path: string;
}

/** The pods that an object runs; undefined for an object that runs none. */
export function podTemplateOf(object: Manifest): PodTemplate | undefined {
  const path = TEMPLATE_PATHS[object.kind];
  if (path === undefined) return undefined;
  const template = fieldsAt(object, ...path);
  return {
    labels: fieldsAt(template, 'metadata', 'labels'),
    spec: fieldsAt(template, 'spec'),
    path: path.map((step) => `${step}.`).join(''),
  };
}

const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Containers and init containers, each with its path in the pod's spec. */
export function containersOf(podSpec: Fields): { readonly container: Fields; readonly path: string }[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    listAt(podSpec, list).map((container) => ({
      container: fieldsAt(container),
      path: `${list}[${textAt(container, 'name') ?? '?'}]`,
    })),
  );
}

/** Whether labels satisfy a selector's `matchLabels` and `matchExpressions`; an empty selector takes everything. */
export function selects(selector: Fields, labels: Fields): boolean {
  const equal = Object.entries(fieldsAt(selector, 'matchLabels')).every(
    ([key, value]) => labels[key] === value,
  );
  return equal && listAt(selector, 'matchExpressions').every((expression) => satisfies(expression, labels));
}

function satisfies(expression: unknown, labels: Fields): boolean {
  const value = labels[textAt(expression, 'key') ?? ''];
  const values = listAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
