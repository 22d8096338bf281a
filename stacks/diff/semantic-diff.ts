/**
 * Two sets of objects → what changes, object by object, and what that does.
 */
import { formatResource, type Manifest } from '../../policies/manifest';
import { identityOf } from '../manifest-data';
import { effectOfField, effectOfRemoval, worst, EFFECTS, type Effect, type Judgement } from './effects';
import { fieldChanges, type FieldChange } from './field-changes';

export interface JudgedField extends FieldChange, Judgement {}

export interface ObjectChange extends Judgement {
  /** e.g. `StatefulSet hyperion-store/loki`. */
  readonly object: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Empty where the whole object came or went. */
  readonly fields: readonly JudgedField[];
}

/** Gravest first, then by name. */
export function semanticDiff(before: readonly Manifest[], after: readonly Manifest[]): ObjectChange[] {
  const [old, fresh] = [byIdentity(before), byIdentity(after)];
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((identity) =>
    changeOf(old.get(identity), fresh.get(identity)),
  );
  return changes.sort(
    (a, b) =>
      EFFECTS.indexOf(b.effect) - EFFECTS.indexOf(a.effect) ||
      (a.object < b.object ? -1 : a.object > b.object ? 1 : 0),
  );
}

function byIdentity(objects: readonly Manifest[]): Map<string, Manifest> {
  return new Map(objects.map((object) => [identityOf(object), object]));
}

function changeOf(before: Manifest | undefined, after: Manifest | undefined): ObjectChange[] {
  if (before === undefined || after === undefined) {
    const object = after ?? before;
    if (object === undefined) return [];
    const added: Judgement = { effect: 'none', why: '' };
    return [
      {
        object: nameOf(object),
        change: before === undefined ? 'added' : 'removed',
        ...(before === undefined ? added : effectOfRemoval(before)),
        fields: [],
      },
    ];
  }
  const fields = fieldChanges(before, after).map((field) => ({
    ...field,
    ...effectOfField(after, field),
  }));
  if (fields.length === 0) return [];
  const effect: Effect = worst(fields.map((field) => field.effect));
  const why = fields.find((field) => field.effect === effect)?.why ?? '';
  return [{ object: nameOf(after), change: 'changed', effect, why, fields }];
}

/** e.g. `StatefulSet hyperion-store/loki`. */
export function nameOf({ kind, metadata: { name, namespace } }: Manifest): string {
  return formatResource(namespace === undefined ? { kind, name } : { kind, namespace, name });
}
