/** The legend: what each colour means, with a switch for it, and the signs of the changes. */
import type { Mark, Picture } from '../../picture/picture';
import { h } from '../dom';
import { MARK_SIGNS } from './draw-line';
import { strandsOf, SWITCHES, SWITCH_TITLES, type Switch } from './signals';

export interface LegendProps {
  readonly picture: Picture;
  readonly isOn: (name: Switch) => boolean;
  readonly set: (name: Switch, on: boolean) => void;
  /** Only what changed stays in full colour. */
  readonly setChangesOnly: (on: boolean) => void;
}

export function legend({ picture, isOn, set, setChangesOnly }: LegendProps): HTMLElement {
  const present = new Set(picture.lines.flatMap(strandsOf));
  const switches = SWITCHES.filter((name) => present.has(name)).map((name) => {
    const input = h('input', { type: 'checkbox', checked: isOn(name) });
    input.addEventListener('change', () => {
      set(name, input.checked);
    });
    return h(
      'label',
      { class: 'flow-switch' },
      input,
      h('span', { class: `flow-swatch is-${name}`, 'aria-hidden': 'true' }),
      SWITCH_TITLES[name],
    );
  });
  return h(
    'div',
    { class: 'flow-legend' },
    h('fieldset', {}, h('legend', {}, 'Lines'), ...switches),
    ...marksLegend(picture, setChangesOnly),
  );
}

function marksLegend(picture: Picture, setChangesOnly: (on: boolean) => void): HTMLElement[] {
  const marked = [...picture.nodes, ...picture.lines];
  const marks = (['added', 'removed', 'changed'] as const satisfies readonly Mark[]).map((mark) => ({
    mark,
    count: marked.filter((part) => part.mark === mark).length,
  }));
  if (marks.every(({ count }) => count === 0)) return [];
  const input = h('input', { type: 'checkbox' });
  input.addEventListener('change', () => {
    setChangesOnly(input.checked);
  });
  return [
    h(
      'fieldset',
      {},
      h('legend', {}, 'Changes'),
      ...marks
        .filter(({ count }) => count > 0)
        .map(({ mark, count }) =>
          h(
            'span',
            { class: `flow-mark is-${mark}` },
            h('span', { class: 'flow-mark-sign', 'aria-hidden': 'true' }, MARK_SIGNS[mark]),
            `${mark} ${count}`,
          ),
        ),
      h('label', { class: 'flow-switch' }, input, 'Only these in full colour'),
    ),
  ];
}
