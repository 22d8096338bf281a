/**
 * Objects that came, went or changed: what that does, field by field, and the text behind it.
 */
import { formatPatch, structuredPatch } from 'diff';
import { toYaml } from '../../../constructs/core/yaml';
import { nameOf, semanticDiff, type JudgedField, type ObjectChange } from '../../diff/semantic-diff';
import type { Baseline, ComparedObject } from './baseline';
import type { ChangedField, ChangedObject } from './changes';

/** Lines around a change. */
const CONTEXT = 3;

/** Gravest first. Between two environments nothing happens to anybody: no effects. */
export function changedObjects(baseline: Baseline, after: readonly ComparedObject[]): ChangedObject[] {
  const [old, fresh] = [byName(baseline.objects), byName(after)];
  const changes = semanticDiff(
    baseline.objects.map(({ object }) => object),
    after.map(({ object }) => object),
  );
  const entries = changes.map((change) =>
    changedObject(change, old.get(change.object), fresh.get(change.object)),
  );
  return baseline.kind === 'compare' ? entries.map(withoutEffect) : entries;
}

function byName(objects: readonly ComparedObject[]): Map<string, ComparedObject> {
  return new Map(objects.map((entry) => [nameOf(entry.object), entry]));
}

function changedObject(
  { object, change, effect, why, fields }: ObjectChange,
  before: ComparedObject | undefined,
  after: ComparedObject | undefined,
): ChangedObject {
  return {
    id: object,
    component: (after ?? before)?.component ?? '',
    change,
    effect,
    why,
    fields: fields.map(changedField),
    textDiff: textDiff(before, after),
  };
}

function changedField({ path, before, after, effect, why }: JudgedField): ChangedField {
  return {
    path,
    ...(before === undefined ? {} : { before: asText(before) }),
    ...(after === undefined ? {} : { after: asText(after) }),
    effect,
    why,
  };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Unified, without the two lines of file names. */
function textDiff(before: ComparedObject | undefined, after: ComparedObject | undefined): string {
  const text = (entry: ComparedObject | undefined): string =>
    entry === undefined ? '' : toYaml(entry.object);
  const patch = structuredPatch('', '', text(before), text(after), undefined, undefined, {
    context: CONTEXT,
  });
  const whole = formatPatch(patch);
  return whole.slice(Math.max(0, whole.indexOf('@@')));
}

function withoutEffect(entry: ChangedObject): ChangedObject {
  return {
    ...entry,
    effect: 'none',
    why: '',
    fields: entry.fields.map((field) => ({ ...field, effect: 'none', why: '' })),
  };
}
