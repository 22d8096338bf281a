/**
 * The environment's objects as the planning asks for them: by kind, with the cloud's values put in, and what pods refer
 * to found by name.
 */
import { withValues } from '../../../constructs/core/cloud-ref';
import { formatResource, type Manifest } from '../../../policies/manifest';
import { fieldsAt, namespacedName, type Fields } from '../../manifest-data';
import { Obstacle } from './plan-obstacle';
import type { SecretData } from '../secrets/secrets';

export interface WavedObject {
  readonly wave: number;
  readonly object: Manifest;
}

type Contents = Readonly<Record<string, string>>;

export class PlanObjects {
  public readonly all: readonly WavedObject[];
  private readonly byName = new Map<string, Manifest>();
  private readonly claimTemplates = new Map<string, unknown>();

  /**
   * @param cloud values for `${cloud:name}`; a placeholder without one stays
   * @param generated Secrets that operators would make, by `namespace/name`
   */
  public constructor(
    objects: readonly WavedObject[],
    cloud: ReadonlyMap<string, string>,
    private readonly generated: ReadonlyMap<string, SecretData>,
  ) {
    this.all = objects.map(({ wave, object }) => ({ wave, object: fillIn(object, cloud) as Manifest }));
    for (const { object } of this.all) {
      this.byName.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    }
  }

  public ofKind(kind: string): readonly Manifest[] {
    return this.all.flatMap(({ object }) => (object.kind === kind ? [object] : []));
  }

  /** A claim that a StatefulSet makes of one of its templates. */
  public addClaim(namespace: string, name: string, template: unknown): void {
    this.claimTemplates.set(namespacedName(namespace, name), template);
  }

  /**
   * @param optional undefined instead of an obstacle when there is none
   * @throws Obstacle
   */
  public configMap(namespace: string, name: string, optional: boolean): Contents | undefined {
    const found = this.find('ConfigMap', namespace, name);
    if (found === undefined) {
      refuseMissing(`ConfigMap ${namespace}/${name}`, optional);
      return undefined;
    }
    return { ...decoded(found, 'binaryData'), ...texts(fieldsAt(found, 'data')) };
  }

  /** As `configMap`. */
  public secret(namespace: string, name: string, optional: boolean): Contents | undefined {
    const generated = this.generated.get(namespacedName(namespace, name));
    const found = this.find('Secret', namespace, name);
    if (found === undefined) {
      if (generated === undefined) refuseMissing(`Secret ${namespace}/${name}`, optional);
      return generated;
    }
    return { ...generated, ...decoded(found, 'data'), ...texts(fieldsAt(found, 'stringData')) };
  }

  /**
   * The claim, or the template that it is made of.
   * @throws Obstacle when nobody makes it
   */
  public claim(namespace: string, name: string): unknown {
    const found =
      this.claimTemplates.get(namespacedName(namespace, name)) ??
      this.find('PersistentVolumeClaim', namespace, name);
    if (found === undefined)
      throw new Obstacle(`nobody makes the PersistentVolumeClaim ${namespace}/${name}`);
    return found;
  }

  /** Undefined for a name that no object of the kind has. */
  public find(kind: string, namespace: string | undefined, name: string): Manifest | undefined {
    return this.byName.get(keyOf(kind, namespace, name));
  }
}

function fillIn(value: unknown, cloud: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return withValues(value, (name) => cloud.get(name));
  if (Array.isArray(value)) return value.map((item) => fillIn(item, cloud));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, cloud)]));
}

function refuseMissing(what: string, optional: boolean): void {
  if (!optional) throw new Obstacle(`nobody makes the ${what}`);
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind} ${namespacedName(namespace, name)}`;
}

function texts(data: Fields): Contents {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]));
}

function decoded(object: Manifest, field: string): Contents {
  return Object.fromEntries(
    Object.entries(fieldsAt(object, field)).map(([key, value]) => {
      const bytes = Buffer.from(String(value), 'base64');
      const text = bytes.toString('utf8');
      if (!Buffer.from(text, 'utf8').equals(bytes)) {
        throw new Obstacle(
          `${formatResource({ ...object.metadata, kind: object.kind })}, key ${key}, is binary, and files here are text`,
        );
      }
      return [key, text];
    }),
  );
}
