/** One object that differs, folded: its fields with what they were and are and why it matters, and the text behind it. */
import type { ChangedField, ChangedObject } from '../../changes/changes';
import { h } from '../dom';
import { counted, fieldText } from '../format';
import { objectName } from '../object-name';
import { effectBadge, markBadge } from '../parts/badge';
import { afterCell, beforeCell } from '../parts/before-after';
import { diffBlock } from '../parts/code';
import { link } from '../parts/links';
import { plainTable } from '../parts/plain-table';
import type { Wording } from '../wording';

interface Fold {
  readonly open: boolean;
  /** The address names it: it gets the focus. */
  readonly target: boolean;
}

/** What is folded is drawn when it is opened. */
export function changedObject(object: ChangedObject, wording: Wording, { open, target }: Fold): HTMLElement {
  const { id, change, component, fields, why } = object;
  const { kind, namespace, name } = objectName(id);
  const details = h(
    'details',
    { class: 'fold', open },
    h(
      'summary',
      target ? { 'data-target': '' } : {},
      markBadge(change, wording.marks[change]),
      h(
        'span',
        { class: 'object' },
        h('b', {}, name),
        ` ${kind}${namespace === '' ? '' : ` in ${namespace}`}`,
      ),
      h('span', { class: 'meta' }, why === '' ? sizeOf(object) : why),
    ),
  );
  const draw = (): void => {
    if (!details.open || details.childElementCount > 1) return;
    details.append(
      h(
        'p',
        { class: 'note' },
        'Of ',
        link(component, 'component', component),
        ...(change === 'removed' ? [] : ['; ', link('the whole object', 'object', id)]),
      ),
      ...(fields.length === 0 ? [] : [fieldTable(fields, wording)]),
      ...(object.textDiff === '' ? [] : [textOf(object)]),
    );
  };
  details.addEventListener('toggle', draw);
  draw();
  return details;
}

function sizeOf({ change, fields }: ChangedObject): string {
  return change === 'changed' ? counted(fields.length, 'field') : 'the whole object';
}

function fieldTable(fields: readonly ChangedField[], { before, after }: Wording): HTMLElement {
  return plainTable({
    name: 'Fields',
    look: 'fields',
    heads: ['Field', before, after, 'What it does'],
    rows: fields.map((field) => [
      [field.path],
      beforeCell(field.before && fieldText(field.path, field.before)),
      afterCell(field.after && fieldText(field.path, field.after)),
      [
        field.effect === 'none' ? undefined : effectBadge(field.effect),
        h('span', { class: 'why' }, field.why),
      ],
    ]),
  });
}

function textOf({ id, textDiff }: ChangedObject): HTMLElement {
  const details = h('details', { class: 'text' }, h('summary', {}, 'The difference as text'));
  details.addEventListener('toggle', () => {
    if (details.childElementCount === 1) details.append(diffBlock(textDiff, `Difference of ${id} as text`));
  });
  return details;
}
