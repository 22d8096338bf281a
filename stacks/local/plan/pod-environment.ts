/**
 * A container's environment variables, in the order and with the precedence of the kubelet: the image's, those of
 * Services, `envFrom`, `env`; each `env` value may name the ones before it.
 */
import { fieldsAt, listAt, textAt, type Fields } from '../../manifest-data';
import type { PlanObjects } from './plan-objects';
import { Obstacle } from './plan-obstacle';
import { fieldValue, resourceValue, type PodIdentity } from './pod-identity';
import { expandVariables } from './pod-variables';

export interface EnvironmentContext {
  readonly pod: PodIdentity;
  readonly podSpec: Fields;
  readonly objects: PlanObjects;
  /** Of the Services of the namespace, for pods with `enableServiceLinks`. */
  readonly serviceLinks: Readonly<Record<string, string>>;
}

type Variables = Record<string, string>;

/** @throws Obstacle */
export function environmentOf(container: Fields, context: EnvironmentContext): Variables {
  const set: Variables = {};
  for (const source of listAt(container, 'envFrom')) Object.assign(set, fromSource(source, context));
  for (const entry of listAt(container, 'env')) {
    const name = textAt(entry, 'name') ?? '';
    const value = textAt(entry, 'value') ?? '';
    if (value !== '') {
      set[name] = expandVariables(value, { ...context.serviceLinks, ...set });
      continue;
    }
    const from = fieldsAt(entry, 'valueFrom');
    if (Object.keys(from).length === 0) {
      set[name] = '';
      continue;
    }
    const referred = referredValue(from, container, context);
    if (referred !== undefined) set[name] = referred;
  }
  return { ...context.serviceLinks, ...set };
}

function fromSource(source: unknown, { pod, objects }: EnvironmentContext): Variables {
  const prefix = textAt(source, 'prefix') ?? '';
  const configMap = textAt(source, 'configMapRef', 'name');
  const secret = textAt(source, 'secretRef', 'name');
  const optional = (ref: string): boolean => fieldsAt(source, ref).optional === true;
  const data =
    configMap === undefined
      ? objects.secret(pod.namespace, secret ?? '', optional('secretRef'))
      : objects.configMap(pod.namespace, configMap, optional('configMapRef'));
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value]));
}

/** Undefined where an optional key is not there: the variable is not set then. */
function referredValue(
  from: Fields,
  container: Fields,
  { pod, podSpec, objects }: EnvironmentContext,
): string | undefined {
  const fieldPath = textAt(from, 'fieldRef', 'fieldPath');
  if (fieldPath !== undefined) return fieldValue(pod, fieldPath);
  if (from.resourceFieldRef !== undefined) return resourceValue(from.resourceFieldRef, container, podSpec);
  for (const [ref, kind, read] of [
    ['configMapKeyRef', 'ConfigMap', objects.configMap.bind(objects)],
    ['secretKeyRef', 'Secret', objects.secret.bind(objects)],
  ] as const) {
    if (from[ref] === undefined) continue;
    const name = textAt(from, ref, 'name') ?? '';
    const key = textAt(from, ref, 'key') ?? '';
    const optional = fieldsAt(from, ref).optional === true;
    const data = read(pod.namespace, name, optional) ?? {};
    if (!Object.hasOwn(data, key) && !optional) {
      throw new Obstacle(`${kind} ${pod.namespace}/${name} has no key ${key}`);
    }
    return data[key];
  }
  throw new Obstacle(`a value from ${Object.keys(from).join(', ')} is not known here`);
}

/** What an exec probe may name: values that stand in the manifest itself, all others being empty. */
export function staticVariables(container: Fields): Variables {
  return Object.fromEntries(
    listAt(container, 'env').map((entry) => [textAt(entry, 'name') ?? '', textAt(entry, 'value') ?? '']),
  );
}
