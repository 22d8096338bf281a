/**
 * An ExternalSecret → the keys and values of its Secret, as the External Secrets Operator would fill it from a store
 * that has a value for every name.
 */
import type { Manifest } from '../../../policies/manifest';
import {
  containersOf,
  fieldsAt,
  listAt,
  numberAt,
  podTemplateOf,
  textAt,
  type Fields,
} from '../../manifest-data';
import { Obstacle } from '../plan/plan-obstacle';

/** A value of the store: the same name gives the same value. */
export type ValueOf = (name: string) => string;

/** Of the generator, when it says nothing. */
const PASSWORD_LENGTH = 24;

/**
 * @param objects of the environment: pods tell which keys an unnamed set has, generators what they generate
 * @throws Obstacle
 */
export function externalSecretData(
  object: Manifest,
  objects: readonly Manifest[],
  valueOf: ValueOf,
): Record<string, string> {
  const spec = fieldsAt(object, 'spec');
  const named = listAt(spec, 'data').map((entry) => [
    textAt(entry, 'secretKey') ?? '',
    valueOf(storeName(fieldsAt(entry, 'remoteRef'))),
  ]);
  const sets = listAt(spec, 'dataFrom').map((source) => setOf(fieldsAt(source), object, objects, valueOf));
  const fetched = Object.assign({}, ...sets, Object.fromEntries(named)) as Record<string, string>;
  const template = fieldsAt(spec, 'target', 'template');
  if (listAt(template, 'templateFrom').length > 0) throw new Obstacle('templateFrom is not understood here');
  const templated = Object.entries(fieldsAt(template, 'data')).map(([key, text]) => [
    key,
    rendered(String(text), fetched),
  ]);
  const made = Object.fromEntries(templated) as Record<string, string>;
  // A template replaces what was fetched, unless it says otherwise.
  const replaces = templated.length > 0 && textAt(template, 'mergePolicy') !== 'Merge';
  return replaces ? made : { ...fetched, ...made };
}

function storeName(remoteRef: Fields): string {
  const key = textAt(remoteRef, 'key') ?? '';
  const property = textAt(remoteRef, 'property');
  return property === undefined ? key : `${key}#${property}`;
}

function setOf(
  source: Fields,
  object: Manifest,
  objects: readonly Manifest[],
  valueOf: ValueOf,
): Record<string, string> {
  const generator = fieldsAt(source, 'sourceRef', 'generatorRef');
  if (Object.keys(generator).length > 0) return generated(generator, object, objects, valueOf);
  const unknown = Object.keys(source).filter((field) => field !== 'extract' && field !== 'sourceRef');
  if (source.extract === undefined || unknown.length > 0) {
    throw new Obstacle(`dataFrom with ${Object.keys(source).join(', ')} is not understood here`);
  }
  // A store would know what belongs to the set; here it is what somebody asks for.
  const target = textAt(object, 'spec', 'target', 'name') ?? object.metadata.name;
  const keys = objects
    .filter(({ metadata }) => metadata.namespace === object.metadata.namespace)
    .flatMap((owner) => keysWanted(podTemplateOf(owner)?.spec ?? {}, target));
  return Object.fromEntries(
    [...new Set(keys)]
      .sort()
      .map((key) => [key, valueOf(storeName({ ...fieldsAt(source, 'extract'), property: key }))]),
  );
}

function generated(
  ref: Fields,
  { metadata }: Manifest,
  objects: readonly Manifest[],
  valueOf: ValueOf,
): Record<string, string> {
  const kind = textAt(ref, 'kind') ?? '?';
  const name = textAt(ref, 'name') ?? '?';
  const generator = objects.find(
    (each) =>
      each.kind === kind && each.metadata.name === name && each.metadata.namespace === metadata.namespace,
  );
  if (kind !== 'Password') throw new Obstacle(`generators of kind ${kind} are not understood here`);
  if (generator === undefined) throw new Obstacle(`nobody makes the generator ${kind} ${name}`);
  const length = numberAt(generator, 'spec', 'length') ?? PASSWORD_LENGTH;
  const value = valueOf(`generated for ${metadata.namespace ?? ''}/${metadata.name}`);
  if (length > value.length)
    throw new Obstacle(`passwords of ${length} letters are longer than those made here`);
  return { password: value.slice(0, length) };
}

/** Keys of a Secret that a pod names. */
function keysWanted(podSpec: Fields, secret: string): string[] {
  const ofVariables = containersOf(podSpec)
    .flatMap(({ container }) => listAt(container, 'env'))
    .map((entry) => fieldsAt(entry, 'valueFrom', 'secretKeyRef'))
    .filter(({ name }) => name === secret)
    .flatMap((ref) => textAt(ref, 'key') ?? []);
  const sources = listAt(podSpec, 'volumes').flatMap((volume) => [
    { name: textAt(volume, 'secret', 'secretName'), items: listAt(volume, 'secret', 'items') },
    ...listAt(volume, 'projected', 'sources').map((source) => ({
      name: textAt(source, 'secret', 'name'),
      items: listAt(source, 'secret', 'items'),
    })),
  ]);
  const ofVolumes = sources
    .filter(({ name }) => name === secret)
    .flatMap(({ items }) => items.flatMap((item) => textAt(item, 'key') ?? []));
  return [...ofVariables, ...ofVolumes];
}

/** The simplest of the operator's template language: `{{ .key }}`. */
function rendered(text: string, data: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(.*?)\}\}/gs, (action, inner: string) => {
    const [, key] = /^-?\s*\.([\w-]+)\s*(?:\|\s*toString\s*)?-?$/.exec(inner) ?? [];
    if (key === undefined) throw new Obstacle(`the template's ${action} is not understood here`);
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    if (value === undefined) throw new Obstacle(`the template names ${key}, which is not fetched`);
    return value;
  });
}
